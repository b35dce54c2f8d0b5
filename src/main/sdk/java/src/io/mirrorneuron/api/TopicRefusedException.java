package io.mirrorneuron.api;

import java.util.List;

/** The server does not give a topic: there is none of this name, or not for this caller. */
public final class TopicRefusedException extends MirrorNeuronException {
  private static final long serialVersionUID = 1L;
  private static final List<String> KINDS =
      List.of("job_events", "workflow_progress", "run", "resources", "launch_progress");

  private final String topic;
  private final String code;

  TopicRefusedException(String topic, String code, String detail) {
    super(code + " " + topic + ": " + detail + known(topic), null);
    this.topic = topic;
    this.code = code;
  }

  private static String known(String topic) {
    boolean isKnown = KINDS.stream().anyMatch(kind -> topic != null && topic.startsWith(kind + ":"));
    return isKnown ? "" : " (topics are " + String.join(":ID, ", KINDS) + ":ID)";
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
