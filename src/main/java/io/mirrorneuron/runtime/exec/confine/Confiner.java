package io.mirrorneuron.runtime.exec.confine;

import io.mirrorneuron.config.Confinement;
import io.mirrorneuron.config.Confinement.Mode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.exec.spawn.AccessRules;
import io.mirrorneuron.runtime.exec.spawn.Domain;
import io.mirrorneuron.runtime.exec.spawn.FolderAccess;
import io.mirrorneuron.runtime.exec.spawn.Landlock;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.port.FolderDemands;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restricts programs to their own files and devices, where the kernel supports that. Thread-safe.
 */
public final class Confiner {
  private static final Logger LOG = LoggerFactory.getLogger(Confiner.class);

  public enum State {
    ON,
    /** Files are restricted, other resources are not. */
    PARTIAL,
    OFF;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The state of confinement, for people.
   *
   * @param mode what the configuration asks for
   * @param reason why it is not on; empty when it is
   * @param closed temporary folders of the machine that confined programs may not use, as they
   *     contain hidden paths
   */
  public record Report(Mode mode, State state, String reason, List<Path> closed) {
    public Report {
      closed = List.copyOf(closed);
    }

    Report(Mode mode, State state, String reason) {
      this(mode, state, reason, List.of());
    }

    private Report closing(List<Path> folders) {
      return state == State.OFF ? this : new Report(mode, state, reason, folders);
    }

    public void logClosed() {
      closed.forEach(
          folder ->
              LOG.info(
                  "programs may not use {}, as something hidden from them lies in it;"
                      + " they have TMPDIR",
                  folder));
    }
  }

  private final SystemRules system;
  private final SystemRules readOnly;
  private final Grants grants;
  private final Report report;
  private final GraphicsFiles graphics;

  private Confiner(SystemRules system, GraphicsFiles graphics, Grants grants, Report report) {
    this.system = system;
    this.readOnly = system.readOnly();
    this.graphics = graphics;
    this.grants = grants;
    this.report = report;
  }

  /**
   * Tests what the kernel enforces, and logs a restriction that it does not enforce.
   *
   * @param workspaces folder of all workspaces; a program reaches only its own
   * @throws MnException when confinement is required and the kernel does not enforce it
   */
  public static Confiner start(
      Confinement config, GraphicsFiles graphics, Path workspaces, Spawner spawner) {
    var hidden = new ArrayList<>(config.own());
    hidden.addAll(config.hidden());
    hidden.add(workspaces);
    var system = new SystemRules(hidden, config.shared());
    var strict = new SystemRules(hidden, List.of()); // the probe gets no shared folders
    Report report =
        report(config.mode(), strict, workspaces, spawner).closing(system.closedTemporary());
    boolean isOn = report.state() == State.ON;
    if (!isOn && config.mode() == Mode.REQUIRED) {
      throw MnException.unavailable(
          "programs cannot be confined here, which executor.confine required asks for: "
              + report.reason(),
          null);
    }
    if (!isOn) {
      LOG.warn(
          "programs of steps are {}: {}",
          report.state() == State.OFF ? "not confined" : "not confined in all respects",
          report.reason());
    }
    var own = new ArrayList<>(config.own());
    own.add(workspaces);
    return new Confiner(system, graphics, new Grants(config.allowedBundles(), own), report);
  }

  private static Report report(Mode mode, SystemRules system, Path workspaces, Spawner spawner) {
    if (mode == Mode.OFF) {
      return new Report(mode, State.OFF, "executor.confine is off");
    }
    if (!System.getProperty("os.name").equals("Linux")) {
      return new Report(mode, State.OFF, "only Linux does it");
    }
    if (!spawner.canConfine()) {
      return new Report(
          mode, State.OFF, "it needs Landlock, of Linux 5.19 or newer, and glibc 2.34 or newer");
    }
    return new ConfinementProbe(system, workspaces, spawner).report(mode);
  }

  public Report report() {
    return report;
  }

  public boolean isOn() {
    return report.state() != State.OFF;
  }

  /** Whether all programs may read the path and everything below it, or also change it. */
  public boolean reaches(Path path, boolean writes) {
    return !isOn() || system.reaches(path, writes);
  }

  /** The domain of a program. */
  public Domain around(Reach reach) {
    return around(system, reach);
  }

  /**
   * The domain of a program that may write only where {@code reach} allows it, not even to
   * temporary folders.
   */
  public Domain reading(Reach reach) {
    return around(readOnly, reach);
  }

  private Domain around(SystemRules rules, Reach reach) {
    return isOn()
        ? domain(
            rules,
            new Reach(apart(rules, reach.read()), apart(rules, reach.write()), reach.devices()),
            graphics.of(reach.devices()))
        : Domain.NONE;
  }

  private List<Path> apart(SystemRules rules, List<Path> paths) {
    var apart = new ArrayList<Path>(paths.size());
    for (Path path : paths) {
      Path real = rules.inRealFolder(path);
      if (!grants.opensOwn(real)) {
        apart.add(real);
      }
    }
    return apart;
  }

  /**
   * @param devices device files besides those that all programs have
   */
  static Domain domain(SystemRules system, Reach reach, List<Path> devices) {
    AccessRules standing = system.current();
    Map<Path, FolderAccess> own = new LinkedHashMap<>();
    devices.forEach(path -> own.put(path, FolderAccess.DEVICE));
    reach.read().forEach(path -> own.put(system.inRealFolder(path), FolderAccess.READ));
    reach
        .write()
        .forEach(
            path ->
                own.put(
                    system.inRealFolder(path),
                    path.startsWith(Devices.FOLDER) ? FolderAccess.DEVICE : FolderAccess.WRITE));
    return Landlock.domain(standing, own);
  }

  /**
   * If plausible, adds to an error that confinement may be the cause, and in further lines where
   * programs may write.
   */
  public String explained(String error, String output) {
    return isOn() && RefusalHint.isPlausible(output) ? RefusalHint.added(error, system) : error;
  }

  /**
   * @throws MnException PRECONDITION with the missing setting
   */
  public void requireGranted(FolderDemands demands) {
    Optional<String> refusal = refusal(demands);
    if (refusal.isPresent()) {
      throw new MnException(ErrorCode.PRECONDITION, "confinement_not_allowed", refusal.get());
    }
  }

  /** Why programs may not get the access that their bundle demands; empty when they may. */
  public Optional<String> refusal(FolderDemands demands) {
    return isOn() ? grants.refusal(demands) : Optional.empty();
  }

  /** A guess: the kernel reports a refusal to the program, not to the server. */
  private static final class RefusalHint {
    /** Short, as it ends the first line of an error. */
    static final String CAUSE = "; perhaps confined, see confinement in the manifest";

    /** Bytes at the end of an output that are searched: programs print there why they gave up. */
    private static final int LOOKED_AT = 16 * 1024;

    private static final Pattern REFUSAL =
        Pattern.compile(
            "permission denied|operation not permitted|invalid cross-device link|permissionerror|accessdenied"
                + "|\\beacces\\b|\\beperm\\b",
            Pattern.CASE_INSENSITIVE);

    private RefusalHint() {}

    static boolean isPlausible(String output) {
      return REFUSAL.matcher(output.substring(Math.max(0, output.length() - LOOKED_AT))).find();
    }

    /** Adds the guess to the first line of the error, and the writable folders in a second line. */
    static String added(String error, SystemRules system) {
      List<String> folders =
          new ArrayList<>(List.of("their workspace, TMPDIR, their run's and submission's folder"));
      List<Path> closed = system.closedTemporary();
      SystemRules.TEMPORARY.stream()
          .filter(one -> !closed.contains(one))
          .map(Path::toString)
          .forEach(folders::add);
      system.shared().stream().map(Path::toString).forEach(folders::add);
      String more = error.indexOf('\n') < 0 ? "" : error.substring(error.indexOf('\n'));
      return "%s%s%s\nOn this server programs write to %s only%s, and do not read what is hidden. More is asked for by confinement in the manifest; see docs/security.md."
          .formatted(
              error.substring(0, error.length() - more.length()),
              CAUSE,
              more,
              String.join(", ", folders),
              closed.isEmpty()
                  ? ""
                  : closed.stream()
                      .map(Path::toString)
                      .collect(
                          Collectors.joining(
                              " and ", " (not to ", ", where folders of the server are)")));
    }
  }

  /**
   * Access that operators granted to programs of some bundles.
   *
   * @param allowed fingerprints of the bundles
   * @param own real paths that are never granted
   */
  record Grants(Set<String> allowed, List<Path> own) {
    Grants(Set<String> allowed, Collection<Path> own) {
      this(allowed, own.stream().map(SystemRules::real).toList());
    }

    /**
     * Why the demands are refused, for people: cause and remedy in the first line, details in a
     * second. Empty when they are granted.
     */
    Optional<String> refusal(FolderDemands demands) {
      if (demands.isEmpty()) {
        return Optional.empty();
      }
      return Stream.concat(demands.read().stream(), demands.write().stream())
          .flatMap(path -> refusal(path).stream())
          .findFirst()
          .or(() -> notAllowed(demands));
    }

    /**
     * Whether a rule for this path would open a folder or file of the server as a whole: a kernel
     * rule grants everything below a path, and no rule takes it away again.
     *
     * @param real path without links; a rule for a link grants nothing
     */
    boolean opensOwn(Path real) {
      for (Path mine : own) {
        if (mine.startsWith(real)) {
          return true;
        }
      }
      return false;
    }

    private Optional<String> notAllowed(FolderDemands demands) {
      return allowed.contains(demands.fingerprint())
          ? Optional.empty()
          : Optional.of(
              ("confinement not allowed: add %s to executor.allowed_bundles\n"
                      + "The bundle asks for more than programs may reach here (read %s, write %s)."
                      + " Its fingerprint allows it, in executor.allowed_bundles or"
                      + " MN_EXECUTOR_ALLOWED_BUNDLES, once the server was started again.")
                  .formatted(demands.fingerprint(), demands.read(), demands.write()));
    }

    private Optional<String> refusal(String text) {
      Path path = Path.of(text);
      if (!Files.exists(path)) {
        return Optional.of(
            ("confinement asks for what is not on this machine: %s\n"
                    + "Make it before the job is submitted, or take it out of the manifest.")
                .formatted(text));
      }
      Path real = SystemRules.real(path);
      return own.stream().anyMatch(mine -> mine.startsWith(real) || real.startsWith(mine))
          ? Optional.of(
              ("confinement asks for what programs never reach here: %s\n"
                      + "It is, holds or lies in a folder or file of this server's own; take it out"
                      + " of the manifest.")
                  .formatted(text))
          : Optional.empty();
    }
  }

  /**
   * Paths and devices that one program may use besides those open to all programs.
   *
   * @param read files, and folders with everything below
   * @param write the same, to read and to change
   * @param devices allocated to its run
   */
  public record Reach(List<Path> read, List<Path> write, List<Device> devices) {
    public Reach {
      read = List.copyOf(read);
      write = List.copyOf(write);
      devices = List.copyOf(devices);
    }

    public Reach(List<Path> read, List<Path> write) {
      this(read, write, List.of());
    }

    public static Reach writing(Path... folders) {
      return new Reach(List.of(), List.of(folders));
    }
  }
}
