package io.mirrorneuron.run.folder;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.untrusted.OpenFolder.OpenFile;
import io.mirrorneuron.untrusted.UntrustedFiles;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Reads the last lines of a live line file, backwards. */
public final class LastLines {
  private static final int BLOCK = 64 << 10;
  private static final int MOST = 16 << 20;

  private LastLines() {}

  /** The last lines that are not blank, oldest first, unchanged. */
  public static List<String> of(RunFolder folder, RunLog log, int limit) {
    Path file = folder.files(log).live();
    if (limit == 0 || !UntrustedFiles.isFile(file)) {
      return List.of();
    }
    try {
      List<String> lines = new String(end(file, limit), StandardCharsets.UTF_8).lines().toList();
      List<String> full = lines.stream().filter(line -> !line.isBlank()).toList();
      return full.subList(Math.max(0, full.size() - limit), full.size());
    } catch (NoSuchFileException e) {
      return List.of(); // deleted, or no file of the run
    } catch (IOException e) {
      throw new MnException(
          ErrorCode.INTERNAL, "run_store_damaged", "failed to read " + log.file(), null, e);
    }
  }

  /** The end of the file, with more line ends than {@code lines} in it, or 16 MiB. */
  private static byte[] end(Path file, int lines) throws IOException {
    try (OpenFile in = UntrustedFiles.open(file)) {
      long size = in.size();
      long from = size;
      int found = 0;
      byte[] block = new byte[BLOCK];
      while (from > 0 && found <= lines && size - from < MOST) {
        int length = (int) Math.min(BLOCK, from);
        from -= length;
        read(in, from, ByteBuffer.wrap(block, 0, length));
        for (int i = 0; i < length; i++) {
          found += block[i] == '\n' ? 1 : 0;
        }
      }
      byte[] end = new byte[(int) (size - from)];
      read(in, from, ByteBuffer.wrap(end));
      return end;
    }
  }

  private static void read(OpenFile in, long from, ByteBuffer into) throws IOException {
    long at = from - into.position();
    while (into.hasRemaining()) {
      if (in.channel().read(into, at + into.position()) < 0) {
        throw new EOFException("it was cut short while it was read");
      }
    }
  }
}
