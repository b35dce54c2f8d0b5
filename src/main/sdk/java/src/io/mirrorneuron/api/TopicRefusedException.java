package io.mirrorneuron.api;

/** The server does not give a topic: there is none of this name, or not for this caller. */
public final class TopicRefusedException extends MirrorNeuronException {
  private static final long serialVersionUID = 1L;

  private final String topic;
  private final String code;

  TopicRefusedException(String topic, String code, String detail) {
    super(code + " " + topic + ": " + detail, null);
    this.topic = topic;
    this.code = code;
  }

  /** {@return which one} */
  public String topic() {
    return topic;
  }

  /** {@return the word for programs, for example {@code TOPIC_NOT_FOUND}} */
  public String code() {
    return code;
  }
}
