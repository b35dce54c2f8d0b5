package io.mirrorneuron.area;

import io.mirrorneuron.blueprint.Catalogs;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.launch.Launches;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.ModelsPort;
import io.mirrorneuron.port.node.ServicesPort;
import io.mirrorneuron.port.schedule.DeploymentsPort;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.TriggerEvents;
import io.mirrorneuron.port.schedule.Webhooks;
import io.mirrorneuron.run.RedactedRuns;
import io.mirrorneuron.run.RunIndex;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.human.HumanDecisions;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.BundleStaging;
import io.mirrorneuron.store.JobStore.JobRows;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RedisState;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The objects that a server offers to its areas. All areas get the same objects. Thread-safe. */
public interface Platform {

  Config config();

  Clock clock();

  /** Environment variables that the search for programs may use. */
  Map<String, String> environment();

  /** Name and version of this program, as {@code mn 1.0}. */
  String program();

  /** {@code host:port} of the runtime's gRPC endpoint, with the actual port. */
  String coreTarget();

  /** Base URL of the API for clients, with {@code /api/v1} and the actual port. */
  String apiBaseUrl();

  /** The folder that {@code ~} means in documents. */
  Path userHome();

  // ------------------------------------------------------------------ the runtime

  JobsPort jobs();

  ClusterPort cluster();

  ServicesPort services();

  TriggerEvents events();

  SchedulesPort schedules();

  DeploymentsPort deployments();

  Webhooks webhooks();

  /** Language models of this machine. */
  ModelsPort models();

  /** Rows of jobs, readable without blocking; empty when the runtime is a remote process. */
  Optional<JobRows> rows();

  /** State of the job Redis; empty when the runtime is a remote process. */
  Optional<Supplier<RedisState>> redis();

  /** Records that areas store beside jobs; empty when the runtime is a remote process. */
  Optional<RecordStore> records();

  // ------------------------------------------------------------------ runs and files

  RunStore runs();

  RunIndex index();

  /** Runs as callers may see them: secrets are masked, files are limited to allowed roots. */
  RedactedRuns shownRuns();

  /** Requests of programs to people, and the decisions on them. */
  HumanDecisions decisions();

  Catalogs catalogs();

  /** Starts runs of blueprints and bundles. */
  Launches launches();

  /** Bundles that were uploaded and not submitted yet. */
  BundleStaging staging();

  /**
   * The answer of {@code GET /health}, to be written as JSON. Blocking, for at most two seconds.
   */
  Object health();

  /** Checks whether the disks have room for new work. */
  Storage storage();
}
