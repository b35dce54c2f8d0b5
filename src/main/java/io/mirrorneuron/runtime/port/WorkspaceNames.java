package io.mirrorneuron.runtime.port;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Names of the server's own files in the folder in which a program starts. */
public final class WorkspaceNames {
  public static final String INPUT = "mirror_neuron_input.json";
  public static final String MESSAGE = "mirror_neuron_message.json";
  public static final String BODY = "mirror_neuron_body.bin";
  public static final String CONTEXT = "mirror_neuron_context.json";

  /** The program's folder for temporary files. */
  public static final String TEMPORARY = ".tmp";

  /** Files that each program gets. */
  public static final Set<String> MESSAGE_FILES = Set.of(INPUT, MESSAGE, BODY, CONTEXT);

  /** These, and those that only some programs get. */
  public static final Set<String> FILES =
      Stream.concat(MESSAGE_FILES.stream(), Stream.of(JobMetadata.values()).map(JobMetadata::file))
          .collect(Collectors.toUnmodifiableSet());

  private WorkspaceNames() {}
}
