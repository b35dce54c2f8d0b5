package io.mirrorneuron.runtime.deployment;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.runtime.schedule.event.PendingEvents;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * All that is deployed under one key: its versions and its newest deployment. It is one record, so
 * that two deployments of a key never run at the same time.
 *
 * @param current name of the current version; null before the first runs
 * @param currentJob the job that runs it
 * @param definition number of the job's present or coming definition
 * @param lastVersion number of the newest version, kept or not
 * @param versions oldest first
 * @param newest deployment
 * @param news events to be published
 * @param ended the newest deployment if this decision ended it; null when read back
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record DeployedKey(
    String key,
    String current,
    String currentJob,
    long definition,
    int lastVersion,
    List<DeployedVersion> versions,
    Deployment newest,
    PendingEvents news,
    Deployment ended) {
  /** The newest versions are kept always; older ones only while they are needed. */
  static final int KEPT = 50;

  DeployedKey {
    versions = List.copyOf(versions);
    news = news == null ? PendingEvents.NONE : news;
  }

  static DeployedKey of(String key) {
    return new DeployedKey(key, null, null, 0, 0, List.of(), null, null, null);
  }

  /** The form in which it is read back. */
  DeployedKey stored() {
    return ended == null ? this : with(news);
  }

  DeployedKey with(PendingEvents all) {
    return new DeployedKey(
        key, current, currentJob, definition, lastVersion, versions, newest, all, null);
  }

  String deploymentId() {
    return deploymentId(newest.number());
  }

  String deploymentId(int number) {
    return "dep_" + key + "_" + number;
  }

  /**
   * @throws MnException PRECONDITION while a deployment is open
   */
  void requireFree() {
    if (newest != null && newest.isOpen()) {
      throw MnException.precondition(
          "deployment %s is %s".formatted(deploymentId(), newest.status().word()));
    }
  }

  Optional<DeployedVersion> version(String name) {
    return versions.stream().filter(version -> version.name().equals(name)).findFirst();
  }

  /**
   * The target of a rollback: the named version, else the newest stable version with another
   * content. After a failure that left its agents unchanged, it may be the current version.
   */
  Optional<DeployedVersion> target(DeploymentsPort.Target back) {
    boolean isNamed = back.version() != null || back.tag() != null;
    boolean isMixed = newest != null && newest.status() == Deployment.Status.FAILED;
    Optional<DeployedVersion> runs = version(String.valueOf(current)).filter(one -> !isMixed);
    return versions.reversed().stream()
        .filter(one -> back.version() == null || one.name().equals(back.version()))
        .filter(one -> back.tag() == null || back.tag().equals(one.tag()))
        .filter(one -> isNamed || one.stable())
        .filter(one -> isMixed || !one.name().equals(current))
        .filter(one -> isNamed || runs.filter(one::isSame).isEmpty())
        .findFirst();
  }

  /** Why there is no {@link #target}, to end a sentence; empty where none was named. */
  String lacks(DeploymentsPort.Target back) {
    List<DeployedVersion> named =
        versions.stream()
            .filter(one -> back.version() == null || one.name().equals(back.version()))
            .filter(one -> back.tag() == null || back.tag().equals(one.tag()))
            .toList();
    if (back.version() == null && back.tag() == null) {
      return "";
    }
    String wanted =
        Stream.of(
                back.version() == null ? null : "version " + back.version(),
                back.tag() == null ? null : "tag " + back.tag())
            .filter(Objects::nonNull)
            .collect(Collectors.joining(" with "));
    return named.isEmpty()
        ? ": there is no %s; there are %s"
            .formatted(
                wanted,
                versions.reversed().stream()
                    .map(
                        one -> one.tag() == null ? one.name() : one.name() + " (" + one.tag() + ")")
                    .collect(Collectors.joining(", ")))
        : ": %s is the current one".formatted(wanted);
  }

  /** Whether it is the next version, or one of this line: names are never reused. */
  boolean takes(DeployedVersion version) {
    return version(version.name())
        .map(known -> known.isSame(version))
        .orElse(version.name().equals(String.valueOf(lastVersion + 1)));
  }

  /** Drops old versions that are neither stable nor tagged, nor in use. */
  static List<DeployedVersion> tidied(List<DeployedVersion> all, String current, Deployment now) {
    int old = all.size() - KEPT;
    return IntStream.range(0, all.size())
        .filter(i -> i >= old || isNeeded(all.get(i), current, now))
        .mapToObj(all::get)
        .toList();
  }

  private static boolean isNeeded(DeployedVersion version, String current, Deployment now) {
    return version.stable()
        || version.tag() != null
        || version.name().equals(current)
        || version.name().equals(now.plan().from())
        || version.name().equals(now.plan().to());
  }
}
