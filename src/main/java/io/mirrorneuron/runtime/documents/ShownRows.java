package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.store.ListedRow;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Rows of jobs for lists. A damaged row is shown with its readable parts, the status from the
 * index, and {@code damaged: true} with {@code damage} in words, so it does not break the list.
 */
public final class ShownRows {
  private ShownRows() {}

  /**
   * Empty when the job has been removed meanwhile.
   *
   * @param status answers the status of a job in the index, or null when it is unknown
   */
  public static Optional<JobPage.Row> of(ListedRow row, UnaryOperator<String> status) {
    String fault = look(row).fault;
    if (fault == null) {
      return Optional.of(new JobPage.Row(row.json()));
    }
    return Optional.ofNullable(status.apply(row.jobId()))
        .map(word -> new JobPage.Row(Json.write(damaged(row, word, fault))));
  }

  /**
   * @throws MnException {@code job_damaged}
   */
  public static ObjectNode sound(ListedRow row) {
    requireSound(row);
    return Json.parseObject(row.json(), "row");
  }

  /**
   * @throws MnException {@code job_damaged}
   */
  public static boolean isLive(ListedRow row) {
    return requireSound(row).isLive;
  }

  private static Look requireSound(ListedRow row) {
    Look look = look(row);
    if (look.fault != null) {
      throw MnException.damaged(row.jobId(), look.fault);
    }
    return look;
  }

  private static ObjectNode damaged(ListedRow row, String status, String fault) {
    ObjectNode shown = readable(row.json());
    shown.put("job_id", row.jobId()).put("status", status);
    shown.put("live?", !new RunStatus(status).isFinal());
    return shown.put("damaged", true).put("damage", fault);
  }

  private static ObjectNode readable(String text) {
    try {
      return text == null ? Json.object() : Json.parseObject(text, "row");
    } catch (MnException e) {
      return Json.object();
    }
  }

  /**
   * @param fault what is wrong with the row, or null
   */
  private record Look(String fault, boolean isLive) {
    static Look wrong(String fault) {
      return new Look(fault, false);
    }
  }

  /** Reads the row without building a tree. */
  private static Look look(ListedRow row) {
    if (row.json() == null) {
      return Look.wrong("the stored row is missing or no text");
    }
    try (JsonParser json = Json.MAPPER.createParser(row.json())) {
      return look(json, row.jobId());
    } catch (IOException e) {
      return Look.wrong("the stored row is no JSON object");
    }
  }

  private static Look look(JsonParser json, String jobId) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      return Look.wrong("the stored row is no JSON object");
    }
    boolean hasId = false;
    boolean hasStatus = false;
    boolean isLive = false;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      boolean isText = value == JsonToken.VALUE_STRING;
      hasId |= isText && name.equals("job_id") && json.getText().equals(jobId);
      hasStatus |= isText && name.equals("status") && !json.getText().isBlank();
      isLive |= value == JsonToken.VALUE_TRUE && name.equals("live?");
      json.skipChildren();
    }
    if (json.nextToken() != null) {
      return Look.wrong("the stored row is no JSON object");
    }
    return !hasId
        ? Look.wrong("job_id of the stored row is not the job's")
        : hasStatus
            ? new Look(null, isLive)
            : Look.wrong("status of the stored row must be a word");
  }
}
