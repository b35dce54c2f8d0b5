package io.mirrorneuron;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasModifiers.Predicates.modifier;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTag;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.mirrorneuron.area.runs.Desktop;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.config.HelperProcessMark;
import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.config.bundle.BuildStamp;
import io.mirrorneuron.port.ClusterPortContract;
import io.mirrorneuron.port.JobsPortContract;
import io.mirrorneuron.run.folder.Artifacts;
import io.mirrorneuron.run.folder.LastLines;
import io.mirrorneuron.run.folder.Outputs;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.wire.Redaction;
import java.io.File;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/** Which part may know which, and what may be used where. */
@ArchTag("rules")
@AnalyzeClasses(
    packages = "io.mirrorneuron",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NotGenerated.class})
class ArchitectureTest {
  private static final String ROOT = "io.mirrorneuron";

  static final class NotGenerated implements ImportOption {
    @Override
    public boolean includes(com.tngtech.archunit.core.importer.Location location) {
      return !location.contains("/io/mirrorneuron/proto/");
    }
  }

  private static String in(String part) {
    return ROOT + "." + part + "..";
  }

  /** Each package below the root with all beneath it, and the root itself. */
  private static final SliceAssignment TOP_LEVEL =
      new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
          String name = type.getPackageName();
          if (name.equals(ROOT)) {
            return SliceIdentifier.of("the Java API");
          }
          return name.startsWith(ROOT + ".")
              ? SliceIdentifier.of(name.substring(ROOT.length() + 1).split("\\.")[0])
              : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
          return "top-level packages and the root package";
        }
      };

  /** The parts of the engine, which is simulated as a whole. */
  private static final String[] ENGINE = {
    in("runtime.port"),
    in("runtime.state"),
    in("runtime.decide"),
    in("runtime.documents"),
    in("runtime.loop")
  };

  private static DescribedPredicate<JavaClass> namedAnyOf(String... names) {
    return DescribedPredicate.describe(
        "are " + String.join(", ", names),
        named -> {
          for (Optional<JavaClass> one = Optional.of(named); one.isPresent(); ) {
            if (List.of(names).contains(one.get().getSimpleName())) {
              return true;
            }
            one = one.get().getEnclosingClass();
          }
          return false;
        });
  }

  // ------------------------------------------------------------------ the arrows

  @ArchTest
  static final ArchRule topLevelPackagesHaveNoCycles =
      slices()
          .assignedFrom(TOP_LEVEL)
          .should()
          .beFreeOfCycles()
          .because("a part must be understood, tested and replaced without the whole");

  @ArchTest
  static final ArchRule partsOfTheRuntimeHaveNoCycles =
      slices()
          .matching(ROOT + ".runtime.(*)..")
          .should()
          .beFreeOfCycles()
          .because("the engine knows processes, manifests and doors only by its own ports");

  @ArchTest
  static final ArchRule partsOfTheRunnerHaveNoCycles =
      slices()
          .matching(ROOT + ".runtime.exec.(*)..")
          .should()
          .beFreeOfCycles()
          .because("a program is prepared, started, heard and measured by parts of their own");

  @ArchTest
  static final ArchRule partsOfARunHaveNoCycles =
      slices()
          .matching(ROOT + ".run.(*)..")
          .should()
          .beFreeOfCycles()
          .because("files come first, then their order, then what they amount to and who decides");

  @ArchTest
  static final ArchRule readersOfManifestsHaveNoCycles =
      slices()
          .matching(ROOT + ".runtime.manifest.(*)..")
          .should()
          .beFreeOfCycles()
          .because("steps are read on top of agents, and both with the same tools");

  @ArchTest
  static final ArchRule partsOfTheGatewayHaveNoCycles =
      slices()
          .matching(ROOT + ".gateway.(*)..")
          .should()
          .beFreeOfCycles()
          .because("the contract is read, requests are checked and failures told without streams");

  @ArchTest
  static final ArchRule partsOfTheGatewayAreItsOwn =
      noClasses()
          .that(not(resideInAnyPackage(in("gateway"), in("app"))))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(in("gateway"))
          .because("they are public to each other, not to the house");

  @ArchTest
  static final ArchRule nobodyKnowsTheCompositionRoot =
      noClasses()
          .that(not(resideInAnyPackage(in("app"))))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(in("app"))
          .because("parts get what they need by constructor");

  @ArchTest
  static final ArchRule theJavaApiHasNoServer =
      noClasses()
          .that()
          .resideInAPackage(ROOT)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(in("app"), in("cli"), in("gateway"))
          .because("a program that embeds a runtime opens no door and reads no command line");

  @ArchTest
  static final ArchRule aRuntimeElsewhereIsChosenAtTheTop =
      noClasses()
          .that(not(resideInAnyPackage(ROOT, in("app"), in("client"))))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(in("client"))
          .because("everybody else asks the ports and cannot tell where the runtime is");

  @ArchTest
  static final ArchRule portsKnowOnlyTheModel =
      noClasses()
          .that()
          .resideInAPackage(in("port"))
          .should()
          .dependOnClassesThat(
              resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(in("port"), in("model")))))
          .because("a runtime elsewhere must be able to keep what they promise");

  /**
   * Where JSON crosses the ports, and why. Readers of the records' own JSON form are public too.
   */
  private static final Map<String, String> JSON_AT_PORTS =
      Map.ofEntries(
          entry("JobsPort.send", "a message as its sender wrote it"),
          entry("JobsPort.decide", "what a person sent, and the record of it"),
          entry("HumanDecision.body", "what a person sent"),
          entry("ForkRequest.inputs", "bodies as the caller wrote them"),
          entry("ForkRequest.with", "bodies as the caller wrote them"),
          entry("ClusterView.setResource", "limits as the caller wrote them; the runtime checks"),
          entry("RestoredJob.restoreProvenance", "holds what the backup says of its source"),
          entry("JobFacts.failures", "errors as programs told them"),
          entry("JobDetail.json", "goes on to clients as the runtime wrote it"),
          entry("JobDetail.result", "what programs made"),
          entry("Parts.manifest", "as its author wrote it"),
          entry("Parts.result", "what programs made"),
          entry("Parts.ledger", "grows with the job, and is read by who needs it"),
          entry("Parts.agents", "state of agents, as clients see it"),
          entry("Parts.topology", "part of the manifest"),
          entry("ClusterSummary.json", "goes on to clients as the runtime wrote it"),
          entry("ClusterSummary.nodeDocuments", "nodes, as clients see them"),
          entry("ClusterSummary.metrics", "goes on to clients as the runtime wrote it"),
          entry("CapacityReport.json", "goes on to clients as the runtime wrote it"),
          entry("Attempts.lastError", "an error as its program told it"),
          entry("Result.error", "an error as its program told it"),
          entry("Result.message", "a message as its program wrote it"),
          entry("Result.output", "what programs made"));

  @ArchTest
  static void portsSpeakInRecords(JavaClasses program) {
    assertThat(
            program.stream()
                .filter(type -> type.getPackageName().equals(ROOT + ".port"))
                .flatMap(type -> type.getMethods().stream())
                .filter(method -> method.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(ArchitectureTest::bearsJson)
                .map(method -> method.getOwner().getSimpleName() + "." + method.getName())
                .distinct())
        .as("methods of the ports that take or answer JSON")
        .containsExactlyInAnyOrderElementsOf(JSON_AT_PORTS.keySet());
  }

  private static boolean bearsJson(JavaMethod method) {
    return Stream.concat(Stream.of(method.getReturnType()), method.getParameterTypes().stream())
        .flatMap(type -> type.getAllInvolvedRawTypes().stream())
        .anyMatch(type -> type.getName().matches("com\\.fasterxml\\.jackson\\..*Node"));
  }

  /** The double, the one in this process and the one over gRPC. */
  @ArchTest
  static void eachPortIsTestedOverAllItsImplementations(JavaClasses program) {
    for (Class<?> contract : List.of(JobsPortContract.class, ClusterPortContract.class)) {
      assertThat(
              tests().stream()
                  .filter(test -> test.isAssignableTo(contract) && !test.isInterface())
                  .map(test -> test.getPackageName().substring(ROOT.length() + 1)))
          .as(contract.getSimpleName())
          .contains("port", "client")
          .anyMatch(part -> part.startsWith("runtime"));
    }
  }

  /** Doubles count: tests that use one tell of the real thing only as far as both keep promises. */
  @ArchTest
  static void eachStoreIsTestedByItsContract(JavaClasses program) {
    JavaClasses tests = tests();
    for (String port : List.of("store.JobStore", "store.NodeRegistry", "store.ResourceLimits")) {
      String name = ROOT + "." + port;
      long implementations =
          Stream.of(program, tests)
              .flatMap(JavaClasses::stream)
              .filter(type -> type.isAssignableTo(name) && !type.isInterface())
              .count();
      assertThat(tests.stream().filter(test -> test.isAssignableTo(name + "Contract")))
          .as("%s has %d implementations, beside the contract these", port, implementations)
          .hasSizeGreaterThan((int) implementations);
    }
  }

  @ArchTest
  static final ArchRule theModelKnowsNobody =
      noClasses()
          .that()
          .resideInAPackage(in("model"))
          .should()
          .dependOnClassesThat(
              resideInAPackage(ROOT + "..").and(not(resideInAPackage(in("model")))))
          .because("everything else speaks in its words");

  @ArchTest
  static final ArchRule theEngineKnowsNoTechnology =
      classes()
          .that()
          .resideInAnyPackage(ENGINE)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              in("runtime.port"),
              in("runtime.state"),
              in("runtime.decide"),
              in("runtime.documents"),
              in("runtime.loop"),
              in("runtime.workflow"),
              in("human"),
              in("model"),
              in("port"),
              in("store"),
              in("wire"),
              "java..",
              "com.fasterxml.jackson..",
              "org.slf4j..")
          .because("it is simulated with other stores, clocks and processes, thousands of times");

  @ArchTest
  static final ArchRule rulesForPeopleArePure =
      noClasses()
          .that()
          .resideInAPackage(in("human"))
          .should()
          .dependOnClassesThat(
              resideInAPackage(ROOT + "..")
                  .and(not(resideInAnyPackage(in("human"), in("model"), in("wire"))))
                  .and(not(belongToAnyOf(NearestMatch.class))))
          .because("files of runs and states of jobs are judged by the same rules");

  @ArchTest
  static final ArchRule decidingIsPure =
      noClasses()
          .that()
          .resideInAnyPackage(in("runtime.state"), in("runtime.decide"))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(in("runtime.loop"), in("runtime.documents"), "org.slf4j..")
          .because("the same inputs give the same commits, with nobody watching");

  @ArchTest
  static final ArchRule recordsThatActKnowPortsOnly =
      noClasses()
          .that()
          .resideInAPackage(in("runtime.machine"))
          .should()
          .dependOnClassesThat(
              resideInAPackage(ROOT + "..")
                  .and(
                      not(
                          resideInAnyPackage(
                              in("runtime.machine"),
                              in("runtime.port"),
                              in("store"),
                              in("model")))))
          .because("schedules and deployments are simulated with other stores, clocks and worlds");

  @ArchTest
  static final ArchRule placementKnowsWorkflowsAndNodesOnly =
      noClasses()
          .that()
          .resideInAPackage(in("runtime.placement"))
          .should()
          .dependOnClassesThat(
              resideInAPackage(ROOT + "..")
                  .and(
                      not(
                          resideInAnyPackage(
                              in("runtime.placement"),
                              in("runtime.port"),
                              in("runtime.workflow")))))
          .because("where a job runs is decided from what is known, without asking anybody");

  @ArchTest
  static final ArchRule aWorkflowIsWhatItSays =
      noClasses()
          .that()
          .resideInAPackage(in("runtime.workflow"))
          .should()
          .dependOnClassesThat(
              resideInAPackage(ROOT + "..").and(not(resideInAPackage(in("runtime.workflow")))))
          .because("the engine runs it and knows no form of manifests");

  @ArchTest
  static final ArchRule theEngineKnowsStoresByTheirPort =
      noClasses()
          .that(resideInAnyPackage(ENGINE).or(resideInAPackage(in("runtime.machine"))))
          .should()
          .dependOnClassesThat()
          .haveSimpleNameStartingWith("Redis")
          .because("the store is a port of the engine");

  @ArchTest
  static final ArchRule theStateOfAJobChangesByTransitions =
      fields()
          .that()
          .areDeclaredInClassesThat()
          .resideInAnyPackage(ENGINE)
          .and()
          .areNotStatic()
          .and(not(modifier(JavaModifier.SYNTHETIC)))
          .should()
          .bePrivate()
          .because("what happens to a record is named, checked and stored in one place");

  @ArchTest
  static final ArchRule areasKnowNoTransport =
      noClasses()
          .that()
          .resideInAPackage(in("area"))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.vertx.ext.web..",
              "io.vertx.core.http..",
              "io.vertx.core.json..",
              "io.vertx.grpc..",
              "io.vertx.redis..",
              in("gateway"),
              in("redis"),
              in("runtime"),
              in("proto"))
          .because("an area answers calls; how they come and where the answers lie is not its own");

  @ArchTest
  static final ArchRule areasDoNotKnowEachOther =
      slices()
          .matching(ROOT + ".area.(*)..")
          .should()
          .notDependOnEachOther()
          .because("what two areas share is a port, never a message or a class");

  /** An area of one class is beside others in {@code area}. */
  @ArchTest
  static final ArchRule verticlesDoNotKnowEachOther =
      classes()
          .that()
          .areAssignableTo(AreaVerticle.class)
          .should(
              new ArchCondition<>("depend on no other area's verticle") {
                @Override
                public void check(JavaClass area, ConditionEvents events) {
                  area.getDirectDependenciesFromSelf().stream()
                      .filter(used -> used.getTargetClass().isAssignableTo(AreaVerticle.class))
                      .filter(used -> !used.getTargetClass().isAssignableFrom(area.getName()))
                      .forEach(
                          used ->
                              events.add(
                                  SimpleConditionEvent.violated(used, used.getDescription())));
                }
              })
          .because("what two areas share is a port, never a message or a class");

  @ArchTest
  static final ArchRule areasAreMadeByTheirModules =
      noClasses()
          .that()
          .resideInAPackage(in("app"))
          .should()
          .dependOnClassesThat(
              assignableTo(AreaVerticle.class).and(not(belongToAnyOf(AreaVerticle.class))))
          .because("an area is one folder and one line in the list of modules");

  @ArchTest
  static final ArchRule whatAreasAreOfferedKnowsNone =
      noClasses()
          .that()
          .resideInAPackage(in("area"))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(in("gateway"), in("runtime"), in("client"), in("app"))
          .because("an area cannot tell where the runtime is, nor who calls");

  @ArchTest
  static final ArchRule theGatewayKnowsNoArea =
      noClasses()
          .that()
          .resideInAPackage(in("gateway"))
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(in("area"), in("runtime"), in("client"), in("store"), in("run")))
          .because("an operation is added in the contract and in an area, not here");

  @ArchTest
  static final ArchRule secretsAreHiddenInFewPlaces =
      noClasses()
          .that(
              not(
                  namedAnyOf(
                      "Redaction",
                      "ErrorEnvelope", // failures
                      "JsonPreview", // what views show of JSON that others wrote
                      "RedactedRun", // runs, as areas get them
                      "RedactedFiles", // their files
                      "Question", // the made-up name of one without a name
                      "HumanView", // requests to people
                      "HumanCopies", // what people decided, beside the whole record
                      "RedactedValue", // what rules of inputs say of a configuration
                      "LogLine", // what a journal takes in
                      "LogRecords", // lines that programs print
                      "MarkedSecrets", // manifests, and what is made of their jobs
                      "LaunchSecrets", // what hooks print
                      "ReviewMarks", // what authors say of fields of the configuration
                      "CompactTimeline", // a document that it makes of what programs wrote
                      "AskedField", // what counts before a launch is asked for
                      "ScheduleViews", // schedules that the runtime answers
                      "JobHistory", // events of jobs that the runtime answers
                      "LocalEvents"))) // events that start jobs
          .should()
          .dependOnClassesThat(belongToAnyOf(Redaction.class))
          .because("one that calls it can forget to; the others get nothing that must be hidden");

  /** The calls of the JDK that open, make, move or remove files by their names. */
  private static DescribedPredicate<JavaAccess<?>> openFilesByName() {
    Set<String> harmless =
        Set.of(
            "exists",
            "isDirectory",
            "isExecutable",
            "isRegularFile",
            "isSymbolicLink",
            "getLastModifiedTime",
            "readAttributes",
            "probeContentType",
            "list",
            "newDirectoryStream",
            "walkFileTree");
    Set<String> openers =
        Set.of(
            "java.io.FileInputStream",
            "java.io.FileOutputStream",
            "java.io.FileReader",
            "java.io.FileWriter",
            "java.io.RandomAccessFile");
    return DescribedPredicate.describe(
        "open files by their names",
        access -> {
          String owner = access.getTargetOwner().getName();
          return owner.equals(Files.class.getName()) && !harmless.contains(access.getName())
              || owner.equals(FileChannel.class.getName()) && access.getName().equals("open")
              || owner.equals(File.class.getName())
                  && access.getName().matches("delete|createNewFile|mkdirs?|renameTo")
              || openers.contains(owner);
        });
  }

  @ArchTest
  static final ArchRule runFoldersHaveOneEndpoint =
      noClasses()
          .that(
              resideInAnyPackage(in("run"), in("area"))
                  .or(namedAnyOf("FileAnswer", "FolderTree"))
                  .and(
                      not(
                          namedAnyOf(
                              "RunStore", // the root of all runs
                              "NewFolder", // folders in it
                              "RunJournals", // where a process that only reads has them
                              "ExportFile", // a zip that somebody has sent
                              "ExportZip", // records that were put aside for it
                              "SpooledRecords", // and their files
                              "ArchiveVerticle")))) // the exports, which are no part of a run
          .should()
          .accessTargetWhere(openFilesByName())
          .because(
              "programs change what lies there, so it is opened by the package untrusted only");

  @ArchTest
  static final ArchRule areasGetRunsAsTheyMayBeShown =
      noClasses()
          .that()
          .resideInAPackage(in("area"))
          .should()
          .dependOnClassesThat(
              belongToAnyOf(RunFolder.class, Artifacts.class, Outputs.class, LastLines.class))
          .because("what a run's folder holds is shown through ShownRun, without secrets");

  // ------------------------------------------------------------------ each library has its place

  @ArchTest
  static final ArchRule webStaysInTheGateway =
      noClasses()
          .that(not(resideInAPackage(in("gateway"))))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.vertx.ext.web..", "io.vertx.openapi..")
          .because("HTTP is translated once");

  @ArchTest
  static final ArchRule nettyStaysAtTheDoorstep =
      noClasses()
          .that(not(resideInAnyPackage(in("listen"), in("gateway.answer"))))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.netty..")
          .because("only what Vert.x shows too late is looked at below it, and answered above");

  @ArchTest
  static final ArchRule callersAreKnownInOnePlace =
      noClasses()
          .that(not(resideInAnyPackage(in("security"))))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.vertx.ext.auth..")
          .because("REST, sockets and gRPC ask the same Auth");

  @ArchTest
  static final ArchRule schemasAreReadInOnePlace =
      noClasses()
          .that(not(resideInAnyPackage(in("gateway"), in("wire"))))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.vertx.json.schema..")
          .because("what does not fit is told in one form");

  @ArchTest
  static final ArchRule hazelcastStaysWithTheBus =
      noClasses()
          .that(not(resideInAPackage(in("bus.cluster"))))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.hazelcast..", "io.vertx.spi.cluster..")
          .because(
              "a process that shares no bus loads nothing of it, and nothing that counts is there");

  @ArchTest
  static final ArchRule redisStaysInTheStore =
      noClasses()
          .that(not(resideInAPackage(in("store"))))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.vertx.redis..")
          .because("keys and scripts belong together");

  @ArchTest
  static final ArchRule grpcStaysAtTheEndpoints =
      noClasses()
          .that(not(resideInAnyPackage(in("runtime.grpc"), in("client"), in("wire"))))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.vertx.grpc..", "com.google.protobuf..", in("proto"))
          .because("messages of the wire are translated where they arrive");

  @ArchTest
  static final ArchRule metricsAreWrittenInOnePlace =
      noClasses()
          .that(not(resideInAPackage(in("area.cluster"))))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.prometheus..")
          .because("the numbers are those of the system summary, which others may have made");

  @ArchTest
  static final ArchRule commandsStayWithTheProgram =
      noClasses()
          .that(not(resideInAnyPackage(in("app"), in("cli"))))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("picocli..", "org.jline..", "com.github.freva..")
          .because("everything else is used as a library, too");

  @ArchTest
  static final ArchRule theCommandLineKnowsNoVertx =
      noClasses()
          .that()
          .resideInAPackage(in("cli"))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.vertx..")
          .because("it speaks through the Java API, and starts faster for it");

  @ArchTest
  static final ArchRule processesStartInFewPlaces =
      noClasses()
          .that(
              not(
                  resideInAnyPackage(in("runtime.exec.spawn"), in("runtime.cluster"), in("redis"))
                      .or(belongToAnyOf(Desktop.class, HelperProcessMark.class, BuildStamp.class))))
          .should()
          .dependOnClassesThat(belongToAnyOf(ProcessBuilder.class))
          .because(
              "what starts a process must also end it; a window is its user's to close, and the"
                  + " build waits for its git");

  // ------------------------------------------------------------------ the outside world

  @ArchTest
  static final ArchRule theEnvironmentIsReadOnce =
      noClasses()
          .that(not(resideInAPackage(in("config"))))
          .should()
          .callMethod(System.class, "getenv")
          .orShould()
          .callMethod(System.class, "getenv", String.class)
          .because("a setting has one name and one place");

  @ArchTest
  static final ArchRule timeComesFromAClock =
      noClasses()
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .because("tests turn the clock by hand");

  @ArchTest
  static final ArchRule clocksAreMadeWhereAProgramIsPutTogether =
      noClasses()
          .that(not(resideInAnyPackage(ROOT, in("app"), in("cli"))))
          .should()
          .callMethod(Clock.class, "systemUTC")
          .orShould()
          .callMethod(Clock.class, "systemDefaultZone")
          .because("a clock is given, not fetched");

  @ArchTest
  static final ArchRule chanceIsGiven =
      noClasses()
          .that(not(resideInAPackage(in("server"))))
          .should()
          .callMethod(UUID.class, "randomUUID")
          .orShould()
          .callMethod(Math.class, "random")
          .orShould()
          .callConstructor(Random.class)
          .orShould()
          .callMethod(ThreadLocalRandom.class, "current")
          .because("what a test cannot repeat it cannot show");

  @ArchTest
  static final ArchRule nothingSleeps =
      noClasses()
          .should()
          .callMethod(Thread.class, "sleep", long.class)
          .orShould()
          .callMethod(Thread.class, "sleep", java.time.Duration.class)
          .because("one waits for something, not for some time");

  @ArchTest
  static final ArchRule cachesAreNotMadeByHand =
      noClasses()
          .should()
          .callConstructor(LinkedHashMap.class, int.class, float.class, boolean.class)
          .orShould(haveMethodNamed("removeEldestEntry"))
          .because("Caffeine knows better what to keep, and threads do not wait for each other");

  private static ArchCondition<JavaClass> haveMethodNamed(String name) {
    return new ArchCondition<>("have a method " + name) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        type.getMethods().stream()
            .filter(method -> method.getName().equals(name))
            .forEach(m -> events.add(SimpleConditionEvent.satisfied(m, m.getDescription())));
      }
    };
  }

  @ArchTest
  static void noTestSleeps(JavaClasses program) {
    nothingSleeps.check(tests());
  }

  private static JavaClasses tests() {
    return Tests.CLASSES;
  }

  /** Read once, when the first rule asks for them. */
  private static final class Tests {
    static final JavaClasses CLASSES =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.ONLY_INCLUDE_TESTS)
            .importPackages(ROOT);
  }

  // ------------------------------------------------------------------ names

  @ArchTest
  static final ArchRule namesSayWhatAClassIs =
      noClasses()
          .should()
          .haveNameMatching(".*(Impl|Manager|Helper|Helpers|Util|Utils|Dto)")
          .orShould()
          .haveNameMatching(".*[.$](Abstract|Base)[A-Z].*")
          .because("such a word fits every class and tells nothing of this one");
}
