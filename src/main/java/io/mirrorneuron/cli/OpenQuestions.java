package io.mirrorneuron.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.wire.LenientJson;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Open requests of a job to people, merged from its inbox and its events. A read of the inbox may
 * be older than the last event. Not thread-safe.
 */
final class OpenQuestions {
  private List<OpenQuestion> asked = List.of();

  /** Requests of steps that events say to be closed. */
  private final Set<String> settled = new HashSet<>();

  /** What an event about a request to people tells. */
  private record OfRequest(Payload payload) {
    private record Payload(String requestId) {}
  }

  void seen(List<OpenQuestion> questions) {
    asked = questions;
  }

  void event(String type, ObjectNode event) {
    switch (type) {
      case "human_input_received", "human_input_timeout" -> settled.add(requestId(event));
      case "human_input_requested" -> settled.remove(requestId(event));
      default -> {
        // nobody is asked or answers
      }
    }
  }

  /** The request that an event is about; empty when it is about none. */
  Optional<String> requestOf(ObjectNode event) {
    return Optional.ofNullable(requestId(event));
  }

  private static String requestId(ObjectNode event) {
    OfRequest reported = LenientJson.read(event, OfRequest.class);
    return reported.payload() == null ? null : reported.payload().requestId();
  }

  /**
   * What still waits for people; nothing does once the job has ended.
   *
   * @param status of the job
   */
  Stream<OpenQuestion> open(String status) {
    return new RunStatus(status).isFinal()
        ? Stream.empty()
        : asked.stream().filter(one -> !settled.contains(one.requestId()));
  }
}
