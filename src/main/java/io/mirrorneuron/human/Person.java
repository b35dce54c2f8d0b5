package io.mirrorneuron.human;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Fault;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The author of an act, as far as known.
 *
 * @param verified whether a token vouches for the name; else it is self-declared
 */
public record Person(String name, boolean verified) {
  /** The name of people who gave none. */
  public static final String ANONYMOUS = "anonymous";

  /** The author of default answers, given when time is over; no person may have this name. */
  public static final Person DEFAULT = new Person("default", false);

  /** Says in a record that the name is proven. */
  public static final String VERIFIED = "by_verified";

  /**
   * The subject of the caller's token. Only where that names nobody it is the member {@code by} or
   * {@code user} of the body, else the user that the request names.
   *
   * @param user or null
   * @param subject the name that the caller's token vouches for, or null
   * @throws MnException INVALID for a name that nobody can have, FORBIDDEN {@code not_you} when the
   *     request names somebody else than the token does, {@code reserved_name} when the token names
   *     nobody who can act
   */
  public static Person of(ObjectNode body, String user, String subject) {
    List<String> given =
        Stream.of(
                given(body.path("by").textValue(), "body", "by"),
                given(body.path("user").textValue(), "body", "user"),
                given(user, "header", "X-MN-User"))
            .flatMap(Optional::stream)
            .toList();
    if (subject != null) {
      return proven(subject.strip(), given.stream());
    }
    String name = given.stream().filter(one -> !DEFAULT.is(one)).findFirst().orElse(ANONYMOUS);
    return new Person(name, false);
  }

  /** Empty when nothing is said. */
  private static Optional<String> given(String said, Object... place) {
    if (said == null || said.isEmpty()) {
      return Optional.empty();
    }
    String name = said.strip();
    PersonName.fault(name, List.of(place))
        .ifPresent(
            fault -> {
              throw Fault.refusal(List.of(fault));
            });
    return Optional.of(name);
  }

  private static Person proven(String subject, Stream<String> given) {
    Person person = new Person(subject, true);
    boolean isNone = PersonName.folded(subject).isEmpty();
    if (isNone || DEFAULT.is(subject) || !person.isNamed()) {
      throw new MnException(
          ErrorCode.FORBIDDEN,
          "reserved_name",
          "the token's subject is \"%s\", which no person is called; take a token of a person"
              .formatted(subject));
    }
    given
        .filter(name -> !person.is(name))
        .findFirst()
        .ifPresent(
            other -> {
              throw new MnException(
                  ErrorCode.FORBIDDEN,
                  "not_you",
                  "the token is that of %s, who cannot act as %s".formatted(subject, other));
            });
    return person;
  }

  /** The author that a payload names; see {@link #signs}. */
  public static Person in(JsonNode payload) {
    return new Person(
        payload.path("by").asText(ANONYMOUS), payload.path(VERIFIED).asBoolean(false));
  }

  /** Whether the other name is the same one, however it is written; see {@link PersonName}. */
  public boolean is(String other) {
    return name.equals(other) || PersonName.folded(name).equals(PersonName.folded(other));
  }

  /** Whether this person may act as the other: an unproven name does not match a proven one. */
  public boolean passesFor(Person other) {
    return is(other.name()) && (verified || !other.verified());
  }

  public boolean isNamed() {
    return !is(ANONYMOUS);
  }

  /** Writes this person into the payload as its only author. */
  public ObjectNode signs(ObjectNode payload) {
    payload.remove(VERIFIED);
    payload.put("by", name);
    return verified ? payload.put(VERIFIED, true) : payload;
  }
}
