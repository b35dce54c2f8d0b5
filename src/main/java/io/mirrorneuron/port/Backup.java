package io.mirrorneuron.port;

import java.util.Map;

/**
 * A paused job with all it has, from which another runtime can make a job that goes on there.
 * Nothing in it is hidden: it may hold secrets that the manifest, the payloads or messages hold.
 *
 * @param json the document {@code mn.backup.v1} or {@code v2}: {@code {schema_version, created_at,
 *     source, target_policy, sections, runtime: {job, agents, events}, bundle}}; {@code
 *     bundle.executables} names the files that are programs, where the maker knew them
 * @param files the bundle by path: {@code manifest.json} and {@code payloads/…}
 */
public record Backup(String json, Map<String, byte[]> files) {
  public static final String MANIFEST = "manifest.json";

  /** What paths of payload files begin with. */
  public static final String PAYLOADS = "payloads/";

  /** The value of {@code schema_version}. */
  public static final String SCHEMA = "mn.backup.v1";

  /** The same document, as clients of release 1.2.31 want it labelled: they refuse the other. */
  public static final String SCHEMA_2 = "mn.backup.v2";

  public Backup {
    files = Map.copyOf(files);
  }
}
