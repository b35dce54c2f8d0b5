package io.mirrorneuron.runtime.exec.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.mirrorneuron.runtime.exec.process.CappedBytes;
import io.mirrorneuron.runtime.port.Executions.Completion;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.runtime.port.PrintedOutput;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.NumberRange;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Stream;

/**
 * The output that is what a program printed ({@link PrintedOutput}), where the stored copy of
 * stdout says something else, since that is cut and has secrets hidden. Of a step it is whole as
 * far as it fits into memory, else an artifact; in a message there is none of that size.
 */
final class PlainOutput {
  private static final String NO_JSON = "output: json asks for JSON, and what it printed ";

  private final StoredText form;
  private final PrintedAnswer.Keeper keeper;
  private final boolean wantsJson;

  /**
   * @param wantsJson whether output that is text is a failure
   */
  PlainOutput(StoredText form, PrintedAnswer.Keeper keeper, boolean wantsJson) {
    this.form = form;
    this.keeper = keeper;
    this.wantsJson = wantsJson;
  }

  /**
   * The verdict with that output, where the program has named no other.
   *
   * @param text the beginning of what was printed
   * @param whole of a step: all of it when there is more; null for a message
   */
  Verdict in(Verdict verdict, CappedBytes text, AnswerBuffer whole) {
    Structured asked = verdict.structured();
    boolean named =
        Stream.of(asked.completeStep(), asked.completeRun())
            .anyMatch(completion -> completion != null && completion.output() != null);
    if (verdict.ending() != Ending.SUCCEEDED || named) {
      return verdict;
    }
    if (!text.overflowed()) {
      return inMemory(verdict, text, whole != null);
    }
    if (whole == null) {
      return wantsJson ? verdict.failed(NO_JSON + "is too long to be looked at") : verdict;
    }
    if (whole.isTooLong()) {
      return verdict.failed(
          "what it printed as the output of its step has %d bytes; max_artifact_bytes is %d"
              .formatted(whole.total(), whole.limit()));
    }
    try {
      FileSlice all = FileSlice.all(whole.file()).stripped();
      FileSlice output = verdict.isAnswered() ? beforeTheAnswer(all) : all;
      FileSlice json = json(output);
      return json == null && wantsJson
          ? verdict.failed(NO_JSON + "is text")
          : verdict.completed(kept(output, json));
    } catch (IOException e) {
      return verdict.failed("its output could not be kept as an artifact: " + e.getMessage());
    }
  }

  private Verdict inMemory(Verdict verdict, CappedBytes bytes, boolean isOfStep) {
    String text = form.goingOn(bytes.text());
    boolean isTold = isOfStep || text.length() <= PrintedOutput.MAX_TOLD_TWICE;
    if (!isTold && !wantsJson) {
      return verdict;
    }
    String printed = PrintedOutput.text(text, verdict.isAnswered());
    String near = NearJson.fault(printed);
    String refusal = wantsJson ? refusal(printed, near, verdict.isAnswered()) : null;
    if (refusal != null) {
      return verdict.failed(NO_JSON + refusal);
    }
    Verdict told = isTold ? told(verdict, bytes, text, isOfStep) : verdict;
    return near == null || told.ending() != Ending.SUCCEEDED
        ? told
        : told.warning("its output is taken as text, and it " + near, printed);
  }

  /** Why that is not the JSON that was asked for; null when it is. */
  private static String refusal(String printed, String near, boolean answered) {
    if (near != null) {
      return near;
    }
    if (printed.isEmpty()) {
      return answered ? null : "is nothing";
    }
    return PrintedOutput.json(printed) == null ? "is text" : null;
  }

  private Verdict told(Verdict verdict, CappedBytes bytes, String text, boolean isOfStep) {
    boolean isStored =
        bytes.total() <= form.maxBytes() && form.hidden(text).equals(text) && !isEmpty(verdict);
    if (isStored && !NumberRange.isToBeLookedAt(text)) {
      return verdict;
    }
    var output = PrintedOutput.of(text, verdict.isAnswered());
    String fault = NumberRange.fault(output);
    if (fault != null) {
      return verdict.failed(fault);
    }
    if (isStored) {
      return verdict;
    }
    Structured asked = verdict.structured();
    return isOfStep
        ? verdict.completed(new Completion(output))
        : verdict.asking(
            new Structured(
                asked.emits(),
                asked.events(),
                asked.nextState(),
                asked.completeStep(),
                asked.completeRun(),
                output));
  }

  /** Whether there is an answer that asks for nothing: it is no output either. */
  private static boolean isEmpty(Verdict verdict) {
    return verdict.isAnswered() && verdict.structured().equals(Structured.NONE);
  }

  /** The part of a text that is its JSON; null when there is none. */
  private static FileSlice json(FileSlice text) throws IOException {
    if (text.length() == 0 || isJson(text)) {
      return text;
    }
    FileSlice last = text.since(text.lastLine());
    boolean framed = last.first() == '{' || last.first() == '[';
    return framed && isJson(last) ? last : null;
  }

  private Completion kept(FileSlice text, FileSlice json) throws IOException {
    if (text.length() == 0) {
      return new Completion(Json.MAPPER.nullNode());
    }
    return keep(json == null ? new QuotedText(text.open()) : json.open());
  }

  /** The answer is all of the output, or its last line. */
  private static FileSlice beforeTheAnswer(FileSlice all) throws IOException {
    return isJson(all) ? all.until(all.from()) : all.until(all.lastLine()).stripped();
  }

  private static boolean isJson(FileSlice text) throws IOException {
    try (JsonParser parser = Json.MAPPER.getFactory().createParser(text.open())) {
      parser.nextToken();
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  private Completion keep(InputStream json) throws IOException {
    return new Completion(Json.parse(keeper.keep(form.goingOn(json))));
  }
}
