package io.mirrorneuron.cli.runtime;

import io.mirrorneuron.cli.ApiClient;
import io.mirrorneuron.cli.JobWatcher;
import io.mirrorneuron.cli.JobWatcher.AutoClosing;
import io.mirrorneuron.cli.RestAnswer;
import io.mirrorneuron.cli.RestClient;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Follows the installation of a model until it ends, and shows how far it is. */
final class PullWatch {
  private static final long LOOK_MS = 300;

  private final ApiClient client;
  private final RestClient rest;
  private final String id;
  private final String path;
  private final boolean live;
  private String shown = "";

  /** What was begun. */
  record Begun(String id, String status) {}

  /**
   * @param id of the model
   */
  PullWatch(ApiClient client, RestClient rest, String id) {
    this.client = client;
    this.rest = rest;
    this.id = id;
    this.path = ModelCommand.path(id);
    this.live = client.screen().isLive() && !client.json();
  }

  /**
   * Returns the model once it is there.
   *
   * @throws MnException when its installation failed
   */
  RestAnswer end() throws InterruptedException {
    try (AutoClosing _ = JobWatcher.atCtrlC(this::letGo)) {
      return awaited();
    }
  }

  private void letGo() {
    clear();
    client.complain(
        "the server goes on installing %1$s. See how far it is with mn model show %1$s"
            .formatted(id));
  }

  private RestAnswer awaited() throws InterruptedException {
    while (true) {
      RestAnswer answer = rest.get(path);
      ToldModel.Install install = answer.as(ToldModel.class).install();
      if (install == null || !install.isUnderWay()) {
        clear();
        tellAll(install);
        if (install != null && install.error() != null) {
          throw new MnException(ErrorCode.BAD_GATEWAY, "model_install_failed", install.error());
        }
        return answer;
      }
      show(install);
      new CountDownLatch(1).await(LOOK_MS, TimeUnit.MILLISECONDS);
    }
  }

  private void show(ToldModel.Install install) {
    String line = "Pulled " + install.bytes();
    if (live && !line.equals(shown)) {
      client.out().print("\r" + line + " ".repeat(Math.max(0, shown.length() - line.length())));
      client.out().flush();
      shown = line;
    }
  }

  /** What came of it, where there were bytes to pull. */
  private void tellAll(ToldModel.Install install) {
    if (!client.json() && install != null && install.totalBytes() > 0) {
      client.output().line("Pulled " + install.bytes());
    }
  }

  private void clear() {
    if (live && !shown.isEmpty()) {
      client.out().print("\r" + " ".repeat(shown.length()) + "\r");
      client.out().flush();
    }
  }
}
