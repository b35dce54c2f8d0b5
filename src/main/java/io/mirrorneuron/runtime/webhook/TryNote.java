package io.mirrorneuron.runtime.webhook;

import com.fasterxml.jackson.annotation.JsonInclude;

/** What is kept of the last try of a delivery; null for what there is not. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record TryNote(String at, Integer status, String error, String answer) {
  static final TryNote NONE = new TryNote(null, null, null, null);
}
