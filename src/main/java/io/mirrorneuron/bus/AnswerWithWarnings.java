package io.mirrorneuron.bus;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * An answer with warnings of ignored request members.
 *
 * @param warnings a sentence for each of them
 */
public record AnswerWithWarnings<T>(
    @JsonUnwrapped T answer, @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings) {

  /**
   * Refuses members that are almost spelt like known ones, before anything is done; the answer
   * names others.
   *
   * @param known names that mean something
   * @throws io.mirrorneuron.model.MnException INVALID with what was probably meant
   */
  public static <T> AnswerWithWarnings<T> of(ApiCall call, Set<String> known, Supplier<T> answer) {
    MisspeltMembers.refuse(call, known);
    List<String> warnings = IgnoredMembers.of(call.members().stream(), known);
    return new AnswerWithWarnings<>(answer.get(), warnings);
  }
}
