package io.mirrorneuron.area.jobs;

import io.mirrorneuron.area.jobs.view.Compaction;
import io.mirrorneuron.area.jobs.view.JobEvent;
import io.mirrorneuron.port.EventPage;
import io.mirrorneuron.wire.Json;
import io.vertx.core.buffer.Buffer;
import java.util.stream.Collectors;

/** Event pages as answers. Pure. */
final class EventPages {
  private EventPages() {}

  /** {@code {data, next, ended}}; full events are passed on as the texts they are. */
  static Buffer page(EventPage page, boolean compact) {
    String data =
        page.events().stream()
            .map(text -> compact ? Json.write(Compaction.event(JobEvent.parse(text).json())) : text)
            .collect(Collectors.joining(","));
    return Buffer.buffer(
        "{\"data\":[" + data + "],\"next\":" + page.next() + ",\"ended\":" + page.ended() + "}");
  }
}
