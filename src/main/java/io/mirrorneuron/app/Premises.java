package io.mirrorneuron.app;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.runstore.RunStore;
import io.mirrorneuron.security.Auth;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.Map;

/**
 * What all parts of a server stand on.
 *
 * @param environment variables that programs of steps and searches for programs may see
 * @param issued knows callers by tokens of an issuer; nobody when none is trusted
 * @param rooms what is known of the disks
 * @param parts to which each part that must be closed is added when it is made
 */
record Premises(
    Config config,
    Map<String, String> environment,
    Clock clock,
    Ids ids,
    Vertx vertx,
    RunStore runs,
    Auth issued,
    Rooms rooms,
    Parts parts) {

  /** Where programs are searched for. */
  String path() {
    return environment.getOrDefault("PATH", "");
  }
}
