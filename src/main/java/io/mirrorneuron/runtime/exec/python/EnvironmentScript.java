package io.mirrorneuron.runtime.exec.python;

import io.mirrorneuron.runtime.exec.confine.Reach;
import io.mirrorneuron.runtime.exec.process.PreparationScripts;
import io.mirrorneuron.runtime.exec.workspace.FolderTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The script that makes an environment. */
final class EnvironmentScript {
  /** Arguments: the interpreter, the environment's folder, the working folder, those of pip. */
  private static final String BUILD =
      """
      set -e
      exec 2>&1
      base=$1 environment=$2
      cd "$3"
      shift 3
      "$base" -m venv "$environment"
      for name in python python3 python3.11; do
        if [ ! -e "$environment/bin/$name" ]; then ln -s python "$environment/bin/$name"; fi
      done
      if [ $# -gt 0 ]; then
        exec "$environment/bin/python" -m pip --quiet --disable-pip-version-check --no-input \\
          install "$@"
      fi
      """;

  private static final String TEMPORARY = ".tmp";
  private static final String CACHE = "pip-cache";

  private EnvironmentScript() {}

  /**
   * Packages may bring programs that run when they are installed: these write to the new
   * environment, to a folder for temporary files in it, and to a cache that nothing else uses.
   *
   * @param folder of the new environment
   * @param environments the folder of all
   */
  static PreparationScripts.Script of(Path folder, Path environments, List<String> arguments)
      throws IOException {
    String temporary = Files.createDirectories(folder.resolve(TEMPORARY)).toString();
    Path cache = Files.createDirectories(environments.resolve(CACHE));
    Map<String, String> variables =
        Map.of(
            "TMPDIR", temporary,
            "TMP", temporary,
            "TEMP", temporary,
            "PIP_CACHE_DIR", cache.toString());
    return new PreparationScripts.Script(BUILD, arguments, variables, Reach.writing(folder, cache));
  }

  /** Removes what only the making needed. */
  static void tidy(Path folder) {
    FolderTree.delete(folder.resolve(TEMPORARY));
  }
}
