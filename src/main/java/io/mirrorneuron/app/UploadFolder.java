package io.mirrorneuron.app;

import io.mirrorneuron.config.BundleSettings;
import io.mirrorneuron.gateway.call.Uploads;
import io.mirrorneuron.model.UploadQuota;
import io.mirrorneuron.server.ServerContext;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.store.BundleUnpacker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The folder of incoming uploads, and of unpacked bundles until they are submitted.
 *
 * @param quota of both together
 */
record UploadFolder(Path path, UploadQuota quota, BundleStaging staging) {
  private static final Duration SWEEP_EVERY = Duration.ofHours(1);

  /** Removes incomplete uploads of an earlier server and, from now on, outdated ones. */
  static UploadFolder open(ServerContext on) throws IOException {
    BundleSettings.Uploads limits = on.config().uploads();
    Path path = Files.createDirectories(on.config().home().resolve("uploads"));
    Uploads.clear(path);
    UploadQuota quota = new UploadQuota(limits.maxCount(), limits.maxBytes(), limits.lifetime());
    BundleStaging staging =
        new BundleStaging(
            path.resolve("bundles"),
            BundleUnpacker.Limits.DEFAULT,
            on.clock(),
            on.ids()::secret,
            quota);
    on.vertx()
        .setPeriodic(0, SWEEP_EVERY.toMillis(), timer -> Thread.startVirtualThread(staging::sweep));
    return new UploadFolder(path, quota, staging);
  }
}
