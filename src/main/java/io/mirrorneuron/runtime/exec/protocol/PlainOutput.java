package io.mirrorneuron.runtime.exec.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.mirrorneuron.runtime.exec.process.CappedBytes;
import io.mirrorneuron.runtime.port.Executions.Completion;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.runtime.port.PrintedOutput;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.count.NumberRange;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Stream;

/**
 * The output that is what a program printed ({@link PrintedOutput}), where the stored copy of
 * stdout says something else, since that is cut and has secrets hidden. Of a step it is whole as
 * far as it fits into memory, else an artifact; in a message there is none of that size.
 */
final class PlainOutput {
  private final StoredText form;
  private final PrintedAnswer.Keeper keeper;

  PlainOutput(StoredText form, PrintedAnswer.Keeper keeper) {
    this.form = form;
    this.keeper = keeper;
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
      return verdict;
    }
    if (whole.isTooLong()) {
      return verdict.failed(
          "what it printed as the output of its step has %d bytes; max_artifact_bytes is %d"
              .formatted(whole.total(), whole.limit()));
    }
    try {
      return verdict.completed(kept(FileSlice.all(whole.file()).stripped(), verdict.isAnswered()));
    } catch (IOException e) {
      return verdict.failed("its output could not be kept as an artifact: " + e.getMessage());
    }
  }

  private Verdict inMemory(Verdict verdict, CappedBytes bytes, boolean isOfStep) {
    String text = form.goingOn(bytes.text());
    if (!isOfStep && text.length() > PrintedOutput.MAX_TOLD_TWICE) {
      return verdict;
    }
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

  private Completion kept(FileSlice all, boolean answered) throws IOException {
    FileSlice text = answered ? beforeTheAnswer(all) : all;
    if (text.length() == 0) {
      return new Completion(Json.MAPPER.nullNode());
    }
    if (isJson(text)) {
      return keep(text.open());
    }
    FileSlice last = text.since(text.lastLine());
    boolean framed = last.first() == '{' || last.first() == '[';
    return keep(framed && isJson(last) ? last.open() : new QuotedText(text.open()));
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
