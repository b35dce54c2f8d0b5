package io.mirrorneuron.cli;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A problem body (RFC 9457) as one sentence.
 *
 * @param detail one sentence for people
 * @param error one word for programs
 * @param faults each with its place
 * @param errors the same as they were told; of null when none were
 */
record RestProblem(
    int status, String detail, String error, List<String> faults, RestAnswer errors) {

  private record Told(String detail, String error) {}

  /**
   * @param message in the words of a validation, {@code msg} in those of a check of the request
   */
  private record Fault(String msg, String message) {
    String sentence() {
      return Objects.requireNonNullElse(msg, Objects.requireNonNullElse(message, ""));
    }
  }

  /** Of an answer with a status of failure; also of one that no MirrorNeuron gave. */
  static RestProblem of(int status, String body) {
    try {
      RestAnswer answer = RestAnswer.of(body);
      Told told = answer.as(Told.class);
      return new RestProblem(
          status,
          Objects.requireNonNullElse(told.detail(), unknown(status)),
          Objects.requireNonNullElse(told.error(), "http_" + status),
          answer.elements("errors").map(RestProblem::fault).filter(one -> !one.isEmpty()).toList(),
          new RestAnswer(answer.json().get("errors")));
    } catch (MnException e) {
      return new RestProblem(
          status, unknown(status), "http_" + status, List.of(), new RestAnswer(null));
    }
  }

  private static String unknown(int status) {
    return "the API answered with status " + status;
  }

  /** The way to the value behind {@code body} or {@code query}, and what is wrong with it. */
  private static String fault(RestAnswer error) {
    String place =
        error.elements("loc").skip(1).map(RestAnswer::text).collect(Collectors.joining("."));
    String sentence = error.as(Fault.class).sentence();
    return place.isEmpty() || sentence.isEmpty() ? sentence : place + ": " + sentence;
  }

  MnException exception() {
    List<String> more = faults.stream().filter(fault -> !detail.contains(fault)).toList();
    String sentence = more.isEmpty() ? detail : detail + ": " + String.join("; ", more);
    ErrorCode code =
        Arrays.stream(ErrorCode.values())
            .filter(one -> one.httpStatus() == status)
            .findFirst()
            .orElse(ErrorCode.INTERNAL);
    return new MnException(
        code,
        code == ErrorCode.UNAUTHENTICATED ? RestClient.UNAUTHENTICATED : error,
        sentence,
        errors.json(),
        null);
  }
}
