package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The cards of all vendors whose tools are installed; without a tool there are none. Thread-safe.
 */
public final class GpuTools implements GpuInventory {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Path ROCM = Path.of("/opt/rocm");

  private final List<? extends GpuInventory> tools;

  GpuTools(List<? extends GpuInventory> tools) {
    this.tools = List.copyOf(tools);
  }

  /**
   * @param searchPath the {@code PATH} to look for the tools in
   */
  public static GpuTools on(String searchPath, Clock clock) {
    // One of both, as they tell of the same cards.
    GpuTool amd = find("rocm-smi", searchPath).isPresent() ? new RocmSmi(ROCM) : new AmdSmi(ROCM);
    return new GpuTools(
        Stream.of(new NvidiaSmi(clock), amd, new AppleDisplays())
            .flatMap(tool -> inventory(tool, searchPath, clock).stream())
            .toList());
  }

  private static Optional<GpuInventory> inventory(GpuTool tool, String searchPath, Clock clock) {
    return find(tool.program(), searchPath)
        .map(
            program ->
                new ToolInventory(
                    tool, new ToolProcess(program, PATIENCE), PATIENCE.plusSeconds(1), clock));
  }

  private static Optional<Path> find(String program, String searchPath) {
    try {
      return Stream.of(searchPath.split(File.pathSeparator))
          .filter(folder -> !folder.isEmpty())
          .map(folder -> Path.of(folder, program))
          .filter(Files::isExecutable)
          .findFirst();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  @Override
  public List<Gpu> known() {
    return all(GpuInventory::known);
  }

  @Override
  public List<Gpu> whenKnown() {
    return all(GpuInventory::whenKnown);
  }

  @Override
  public List<String> problems() {
    return tools.stream().flatMap(tool -> tool.problems().stream()).toList();
  }

  private List<Gpu> all(Function<GpuInventory, List<Gpu>> question) {
    return tools.stream().flatMap(tool -> question.apply(tool).stream()).toList();
  }
}
