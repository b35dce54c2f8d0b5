package io.mirrorneuron.store.bucket;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/**
 * What jobs have on the disk.
 *
 * @param blocks of 4 KiB that ext4 takes for files and folders; long links may have one more each
 */
record DiskUse(long files, long folders, long links, long blocks) {
  private static final long BLOCK = 4096;

  /** In the folders of runs and of submissions of a server. */
  static DiskUse below(Path home) {
    DiskUse all = new DiskUse(0, 0, 0, 0);
    for (String name : List.of("runs", "shared")) {
      Path folder = home.resolve(name);
      if (Files.exists(folder)) {
        all = all.plus(in(folder));
      }
    }
    return all;
  }

  private static DiskUse in(Path folder) {
    try (Stream<Path> each = Files.walk(folder)) {
      return each.map(DiskUse::of).reduce(new DiskUse(0, 0, 0, 0), DiskUse::plus);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DiskUse of(Path path) {
    try {
      BasicFileAttributes its =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return its.isDirectory()
          ? new DiskUse(0, 1, 0, 1)
          : its.isSymbolicLink()
              ? new DiskUse(0, 0, 1, 0)
              : new DiskUse(1, 0, 0, (its.size() + BLOCK - 1) / BLOCK);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private DiskUse plus(DiskUse other) {
    return new DiskUse(
        files + other.files, folders + other.folders, links + other.links, blocks + other.blocks);
  }

  DiskUse since(DiskUse before) {
    return new DiskUse(
        files - before.files,
        folders - before.folders,
        links - before.links,
        blocks - before.blocks);
  }

  /** Of one of so many, rounded up. */
  DiskUse each(int jobs) {
    return new DiskUse(up(files, jobs), up(folders, jobs), up(links, jobs), up(blocks, jobs));
  }

  private static long up(long all, int jobs) {
    return (all + jobs - 1) / jobs;
  }
}
