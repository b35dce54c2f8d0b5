package io.mirrorneuron.blueprint;

import java.nio.file.Path;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;

/**
 * Keeps git's own notes in a folder of this server: neither the configuration of the machine nor
 * that of its user takes part, and nothing is written into a home directory.
 */
final class GitHome extends SystemReader.Delegate {
  private final Path folder;

  private GitHome(Path folder) {
    super(SystemReader.getInstance());
    this.folder = folder;
  }

  /** For the whole process; to be called before git is used. */
  static synchronized void in(Path folder) {
    if (!(SystemReader.getInstance() instanceof GitHome)) {
      FS.FileStoreAttributes.setBackground(true);
      SystemReader.setInstance(new GitHome(folder));
    }
  }

  @Override
  public FileBasedConfig openUserConfig(Config parent, FS fs) {
    return config(parent, fs, "user.config");
  }

  @Override
  public FileBasedConfig openSystemConfig(Config parent, FS fs) {
    return config(parent, fs, "system.config");
  }

  @Override
  public FileBasedConfig openJGitConfig(Config parent, FS fs) {
    return config(parent, fs, "jgit.config");
  }

  @Override
  public StoredConfig getUserConfig() {
    return config(null, FS.DETECTED, "user.config");
  }

  private FileBasedConfig config(Config parent, FS fs, String name) {
    return new FileBasedConfig(parent, folder.resolve(name).toFile(), fs);
  }
}
