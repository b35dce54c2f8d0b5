package io.mirrorneuron.runtime.schedule.event;

import io.mirrorneuron.port.schedule.TriggerEvent;

/** Hears what the runtime tells of itself, beside the schedules that wait for it. */
public interface RuntimeEventListener {
  RuntimeEventListener NOBODY =
      new RuntimeEventListener() {
        @Override
        public boolean listensFor(String type) {
          return false;
        }

        @Override
        public void happened(TriggerEvent event) {}
      };

  /**
   * Whether events of this type are worth making. May block.
   *
   * @throws io.mirrorneuron.model.MnException UNAVAILABLE
   */
  boolean listensFor(String type);

  /**
   * May block; has remembered the event for good when it returns. May be told an event again, with
   * the same id.
   *
   * @param event without its secrets
   * @throws io.mirrorneuron.model.MnException UNAVAILABLE when it is to be told again
   */
  void happened(TriggerEvent event);
}
