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
import io.mirrorneuron.run.RunIndex;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.ShownRuns;
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

/** What a server offers to its areas. The same objects for all of them, and thread-safe. */
public interface Platform {

  Config config();

  Clock clock();

  /** Variables that searches for programs may see. */
  Map<String, String> environment();

  /** Name and version of this program, as {@code mn 1.0}. */
  String program();

  /** {@code host:port} of the runtime's gRPC door, with the port that was taken. */
  String coreTarget();

  /** Where clients find the API, with {@code /api/v1} and the port that was taken. */
  String apiBaseUrl();

  /** What {@code ~} stands for in documents. */
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

  /** Rows of jobs, readable without blocking; empty when the runtime is elsewhere. */
  Optional<JobRows> rows();

  /** Tells of the server that holds the state of jobs; empty when the runtime is elsewhere. */
  Optional<Supplier<RedisState>> redis();

  /** Records that areas keep beside jobs; empty when the runtime is elsewhere. */
  Optional<RecordStore> records();

  // ------------------------------------------------------------------ runs and files

  RunStore runs();

  RunIndex index();

  /** Runs as callers may see them: secrets hidden, files only below allowed roots. */
  ShownRuns shownRuns();

  /** Requests of programs to people, and the decisions on them. */
  HumanDecisions decisions();

  /** The blueprints that runs are launched from. */
  Catalogs catalogs();

  /** What makes runs of blueprints and bundles. */
  Launches launches();

  /** Bundles that were uploaded and not submitted yet. */
  BundleStaging staging();

  /** What {@code GET /health} answers now, to be written as JSON. Blocking, two seconds at most. */
  Object health();

  /** Whether there is room for what is new. */
  Storage storage();
}
