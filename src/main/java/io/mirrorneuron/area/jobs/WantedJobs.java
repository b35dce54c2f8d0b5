package io.mirrorneuron.area.jobs;

import io.mirrorneuron.bus.ApiCall;
import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.run.folder.Records;
import java.util.Objects;

/** Which jobs a call wants listed. */
final class WantedJobs {
  private static final int MOST = 1000;

  private WantedJobs() {}

  static JobPage.Query of(ApiCall call) {
    return new JobPage.Query(
        (int) Math.min(call.integer("limit"), MOST),
        call.flag("include_terminal"),
        Objects.requireNonNullElse(call.text("cursor"), ""),
        call.text("status"),
        call.text("name"),
        call.has("created_after")
            ? Records.since("created_after", call.text("created_after"))
            : null,
        call.text("q"));
  }
}
