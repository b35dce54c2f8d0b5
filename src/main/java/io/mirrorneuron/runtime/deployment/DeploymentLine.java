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
 * All that is deployed under one key: its versions, and its newest deployment. One record, so that
 * two deployments of a key never run at once.
 *
 * @param current name of the version that runs; null before the first runs
 * @param currentJob that runs it
 * @param definition number of the definition that the job has or is about to have
 * @param lastVersion number of the newest version, which need not be kept any more
 * @param versions oldest first
 * @param newest of the deployments
 * @param news of deployments that are to be told
 * @param ended the newest if it has just come to its end; null in what is read
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record DeploymentLine(
    String key,
    String current,
    String currentJob,
    long definition,
    int lastVersion,
    List<DeployedVersion> versions,
    Deployment newest,
    PendingEvents news,
    Deployment ended) {
  /** So many versions are kept whatever they are; older ones if they are needed. */
  static final int KEPT = 50;

  DeploymentLine {
    versions = List.copyOf(versions);
    news = news == null ? PendingEvents.NONE : news;
  }

  static DeploymentLine of(String key) {
    return new DeploymentLine(key, null, null, 0, 0, List.of(), null, null, null);
  }

  /** As it is read again. */
  DeploymentLine stored() {
    return ended == null ? this : with(news);
  }

  /** The same with other news. */
  DeploymentLine with(PendingEvents all) {
    return new DeploymentLine(
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
   * What is to run instead of the current version: what is named, else the newest stable version
   * with another content. After a failure that left its agents as they were, it may be the current
   * one.
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

  /** Whether it is the next version, or one that this line has: names are given once. */
  boolean takes(DeployedVersion version) {
    return version(version.name())
        .map(known -> known.isSame(version))
        .orElse(version.name().equals(String.valueOf(lastVersion + 1)));
  }

  /** Without what nobody can want: neither stable nor tagged, nor part of what goes on. */
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
