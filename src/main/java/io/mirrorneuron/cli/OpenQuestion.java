package io.mirrorneuron.cli;

import java.util.Objects;

/** What a job waits for a person with. */
record OpenQuestion(String runId, String requestId, String prompt) {

  String asked() {
    return Objects.toString(prompt, "(no prompt)");
  }

  /** The command that answers it. */
  String answering() {
    return "mn human respond " + runId + " " + requestId;
  }

  String sentence() {
    return "waits for a person: " + asked() + " — " + answering();
  }
}
