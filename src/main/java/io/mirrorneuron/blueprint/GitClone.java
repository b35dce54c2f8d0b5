package io.mirrorneuron.blueprint;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.untrusted.OpenFolder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.net.Proxy;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.CheckoutConflictException;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectIdOwnerMap;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.transport.PackParser;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.eclipse.jgit.transport.http.JDKHttpConnection;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.util.FS;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest commit of a repository's default branch, checked out. Local changes stay: nothing is
 * merged, reset or cleaned. A folder with an index that is no repository is used as it is.
 *
 * @param folder of the working tree
 */
record GitClone(Path folder) {
  private static final String HEAD = "refs/remotes/origin/head";
  private static final String LOCK = ".lock";
  private static final Logger LOG = LoggerFactory.getLogger(GitClone.class);
  private static final int TIMEOUT_SECONDS = 30;

  /** Whether there is a usable folder. */
  boolean exists() {
    return isRepository() || Files.isRegularFile(folder.resolve(CatalogFiles.INDEX));
  }

  /** Whether it can be updated. */
  boolean isRepository() {
    return Files.isDirectory(git());
  }

  private Path git() {
    return folder.resolve(Constants.DOT_GIT);
  }

  /**
   * Removes locks of a killed process. The caller must know that no process works in the folder.
   */
  void unlock() throws IOException {
    if (!isRepository()) {
      return;
    }
    List<Path> locks = new ArrayList<>();
    try (var found = Files.newDirectoryStream(git(), "*" + LOCK)) {
      found.forEach(locks::add);
    }
    locks.add(git().resolve(HEAD + LOCK));
    for (Path lock : locks) {
      if (Files.deleteIfExists(lock)) {
        LOG.info("removes {}, which a server that was killed has left", lock);
      }
    }
  }

  /**
   * Makes the clone atomically.
   *
   * @throws GitAPIException when the remote cannot be read
   * @throws IOException when it sends too much, among others
   */
  void make(String url) throws GitAPIException, IOException {
    Path parent = Files.createDirectories(folder.getParent());
    Path fresh = parent.resolve(folder.getFileName() + ".new");
    remove(fresh);
    FS.getFileStoreAttributes(parent); // tries out the disk here, not in what may be removed
    try {
      Git.init().setDirectory(fresh.toFile()).call().close();
      fetchInto(fresh, url);
    } catch (GitAPIException | IOException | RuntimeException e) {
      try {
        remove(fresh);
      } catch (IOException left) { // the next one who makes it removes it
        e.addSuppressed(left);
      }
      throw e;
    }
    Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Updates the clone.
   *
   * @return why it stays unchanged, in sentences: local changes in files that the remote has
   *     changed too, or a commit that is no catalog; empty when it is up to date
   */
  List<String> update(String url) throws GitAPIException, IOException {
    try (Repository repository = BoundedRepository.in(folder);
        Git git = new Git(repository)) {
      fetch(git, url);
      requireCatalog(repository);
      checkout(git);
      return List.of();
    } catch (CheckoutConflictException e) {
      return List.of(
          "the catalog in %s stays as it is, as these files were changed in it and in the repository: %s"
              .formatted(folder, String.join(", ", e.getConflictingPaths())));
    } catch (MnException e) {
      return List.of(
          "the catalog in %s stays as it is, as the newest commit of the repository is no catalog: %s"
              .formatted(folder, e.getMessage()));
    }
  }

  private static void fetchInto(Path folder, String url) throws GitAPIException, IOException {
    try (Repository repository = BoundedRepository.in(folder);
        Git git = new Git(repository)) {
      fetch(git, url);
      checkout(git);
    }
  }

  private static void fetch(Git git, String url) throws GitAPIException {
    git.fetch()
        .setRemote(url)
        .setRefSpecs(new RefSpec("+" + Constants.HEAD + ":" + HEAD))
        .setDepth(1)
        .setTagOpt(TagOpt.NO_TAGS)
        .setTransportConfigCallback(BoundedGitHttp::bound)
        .setTimeout(TIMEOUT_SECONDS)
        .call();
  }

  /** Refuses a commit that would remove all blueprints. */
  private static void requireCatalog(Repository repository) throws IOException {
    CatalogFiles.require(
        content(repository, CatalogFiles.INDEX), content(repository, CatalogFiles.CATEGORIES));
  }

  /** A file of the newest commit; null when there is none. */
  private static byte[] content(Repository repository, String file) throws IOException {
    ObjectId stored = repository.resolve(HEAD + ":" + file);
    if (stored == null) {
      return null;
    }
    ObjectLoader found = repository.open(stored);
    if (found.getSize() > CatalogFiles.MOST) {
      return new byte[CatalogFiles.MOST + 1]; // which is refused
    }
    return found.getBytes(CatalogFiles.MOST);
  }

  private static void checkout(Git git) throws GitAPIException, IOException {
    ObjectId newest = git.getRepository().resolve(HEAD);
    ObjectId present = git.getRepository().resolve(Constants.HEAD);
    if (newest.equals(present)) {
      return;
    }
    RemoteBounds.requireSmall(git.getRepository(), newest);
    try {
      git.checkout().setName(newest.name()).call();
    } catch (CheckoutConflictException e) {
      for (String path : e.getConflictingPaths()) {
        if (!isAsIn(newest, path, git.getRepository())) {
          throw e;
        }
      }
      // A server that was killed had come that far.
      git.checkout().setStartPoint(newest.name()).addPaths(e.getConflictingPaths()).call();
      git.checkout().setName(newest.name()).call();
    }
  }

  private static boolean isAsIn(ObjectId commit, String path, Repository repository)
      throws IOException {
    Path file = repository.getWorkTree().toPath().resolve(path);
    ObjectId stored = repository.resolve(commit.name() + ":" + path);
    try (var formatter = new ObjectInserter.Formatter()) {
      return stored != null
          && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          && stored.equals(formatter.idFor(Constants.OBJ_BLOB, Files.readAllBytes(file)));
    }
  }

  private static void remove(Path folder) throws IOException {
    try (OpenFolder parent = OpenFolder.at(folder.getParent())) {
      parent.deleteTree(folder.getFileName().toString());
    }
  }

  /** A repository that takes from remotes, over any protocol, what {@link RemoteBounds} allow. */
  private static final class BoundedRepository extends FileRepository {
    private BoundedRepository(FileRepositoryBuilder place) throws IOException {
      super(place);
    }

    /**
     * @param folder of the working tree; it is a repository
     */
    static BoundedRepository in(Path folder) throws IOException {
      return new BoundedRepository(
          new FileRepositoryBuilder()
              .setGitDir(folder.resolve(Constants.DOT_GIT).toFile())
              .setWorkTree(folder.toFile())
              .setup());
    }

    @Override
    public ObjectInserter newObjectInserter() {
      ObjectInserter inserter = super.newObjectInserter();
      return new ObjectInserter.Filter() {
        @Override
        protected ObjectInserter delegate() {
          return inserter;
        }

        @Override
        public PackParser newPackParser(InputStream in) throws IOException {
          PackParser parser = super.newPackParser(RemoteBounds.pack(in));
          parser.setMaxObjectSizeLimit(RemoteBounds.MOST_FILE);
          return parser;
        }
      };
    }
  }

  /**
   * A connection whose answers are as long as {@link RemoteBounds} allow, counted unpacked. Packs
   * are long; all other answers are read into memory.
   */
  private static final class BoundedGitHttp extends JDKHttpConnection {
    private static final String ENCODING = "Content-Encoding";
    private static final String REFS = "command=ls-refs";

    /** How many bytes of a request tell what it asks for, packed or not. */
    private static final int TELLING = 1024;

    private final ByteArrayOutputStream asked = new ByteArrayOutputStream();
    private InputStream answer;

    private BoundedGitHttp(URL url) throws IOException {
      super(url);
    }

    private BoundedGitHttp(URL url, Proxy proxy) throws IOException {
      super(url, proxy);
    }

    /** Lets a transport over HTTP connect in this way. */
    static void bound(Transport transport) {
      if (transport instanceof TransportHttp http) {
        http.setHttpConnectionFactory(
            new HttpConnectionFactory() {
              @Override
              public HttpConnection create(URL url) throws IOException {
                return new BoundedGitHttp(url);
              }

              @Override
              public HttpConnection create(URL url, Proxy proxy) throws IOException {
                return new BoundedGitHttp(url, proxy);
              }
            });
      }
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      return new FilterOutputStream(super.getOutputStream()) {
        @Override
        public void write(int one) throws IOException {
          write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          asked.write(bytes, offset, Math.min(length, TELLING - Math.min(TELLING, asked.size())));
          out.write(bytes, offset, length);
        }
      };
    }

    @Override
    public InputStream getInputStream() throws IOException {
      if (answer == null) {
        InputStream raw = super.getInputStream();
        boolean packed = "gzip".equalsIgnoreCase(super.getHeaderField(ENCODING));
        answer =
            isPack()
                ? RemoteBounds.limited(unpacked(raw, packed), RemoteBounds.MOST_PACK, "the pack")
                : RemoteBounds.limited(
                    unpacked(raw, packed), RemoteBounds.MOST_REFS, "the list of refs");
      }
      return answer;
    }

    private static InputStream unpacked(InputStream raw, boolean packed) throws IOException {
      return packed ? new GZIPInputStream(raw) : raw;
    }

    private boolean isPack() {
      String path = getURL().getPath();
      return path.endsWith(".pack") || path.endsWith("/git-upload-pack") && !asksForRefs();
    }

    /** Requests of more than a few words are sent packed. */
    private boolean asksForRefs() {
      byte[] begin = new byte[4 + REFS.length()];
      try (InputStream words =
          unpacked(
              new ByteArrayInputStream(asked.toByteArray()),
              asked.size() > 1 && asked.toByteArray()[0] == 0x1F)) {
        int read = words.readNBytes(begin, 0, begin.length);
        return new String(begin, 0, read, StandardCharsets.ISO_8859_1).contains(REFS);
      } catch (IOException e) {
        return false;
      }
    }

    /** The answer is unpacked here. */
    @Override
    public String getHeaderField(String name) {
      return ENCODING.equalsIgnoreCase(name) ? null : super.getHeaderField(name);
    }
  }

  /** Limits for an untrusted remote: what it may send, and the size of that on our disk. */
  static final class RemoteBounds {
    /** Bytes of a list of refs, and of all that is read into memory. */
    static final int MOST_REFS = 8 << 20;

    /** Bytes of a pack, which is written to the disk as it comes. */
    static final long MOST_PACK = 1L << 30;

    /** Of one file, unpacked. */
    static final long MOST_FILE = 64L << 20;

    private static final int MOST_OBJECTS = 1_000_000;

    /** Files and folders of a checkout; one may stand in many places. */
    private static final int MOST_ENTRIES = 200_000;

    private static final long MOST_CHECKED_OUT = 4L << 30;
    private static final int DEEPEST = 100;

    private static final int PACK_HEAD = 12;
    private static final int COUNT_AT = 8;

    private RemoteBounds() {}

    /**
     * A stream that fails when it is longer.
     *
     * @param what of the remote is read
     */
    static InputStream limited(InputStream in, long most, String what) {
      return new FilterInputStream(in) {
        private long left = most;

        @Override
        public int read() throws IOException {
          int read = super.read();
          return read < 0 ? read : (int) counted(read, 1);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
          int read = super.read(buffer, offset, length);
          return (int) counted(read, read);
        }

        @Override
        public long skip(long wanted) throws IOException {
          long skipped = super.skip(wanted);
          return counted(skipped, skipped);
        }

        private long counted(long answer, long bytes) throws IOException {
          left -= Math.max(0, bytes);
          if (left < 0) {
            throw new IOException(
                "%s of the repository has more than %d bytes".formatted(what, most));
          }
          return answer;
        }

        @Override
        public boolean markSupported() {
          return false;
        }
      };
    }

    /** A pack, whose length and number of objects are in bounds: a reader has room for as many. */
    static InputStream pack(InputStream in) throws IOException {
      PushbackInputStream pack =
          new PushbackInputStream(limited(in, MOST_PACK, "the pack"), PACK_HEAD);
      byte[] head = pack.readNBytes(PACK_HEAD);
      pack.unread(head);
      if (head.length == PACK_HEAD
          && Integer.compareUnsigned(ByteBuffer.wrap(head).getInt(COUNT_AT), MOST_OBJECTS) > 0) {
        throw new IOException("the repository sends more than %d objects".formatted(MOST_OBJECTS));
      }
      return pack;
    }

    /**
     * Goes through a commit before it is checked out.
     *
     * @throws IOException when it has more files, bytes or levels than a catalog may
     */
    static void requireSmall(Repository repository, ObjectId commit) throws IOException {
      try (RevWalk commits = new RevWalk(repository);
          TreeWalk files = new TreeWalk(repository)) {
        files.addTree(commits.parseTree(commit));
        ObjectIdOwnerMap<Measured> sizes = new ObjectIdOwnerMap<>();
        long bytes = 0;
        for (int entries = 1; files.next(); entries++) {
          if (files.isSubtree()) {
            files.enterSubtree();
          } else if (files.getFileMode(0) != FileMode.GITLINK) {
            bytes += size(files, sizes);
          }
          if (entries > MOST_ENTRIES || bytes > MOST_CHECKED_OUT || files.getDepth() > DEEPEST) {
            throw new IOException(
                "the repository has more than %d files and folders, %d bytes or %d levels"
                    .formatted(MOST_ENTRIES, MOST_CHECKED_OUT, DEEPEST));
          }
        }
      }
    }

    private static long size(TreeWalk at, ObjectIdOwnerMap<Measured> known) throws IOException {
      ObjectId id = at.getObjectId(0);
      Measured file = known.get(id);
      if (file == null) {
        file = new Measured(id, at.getObjectReader().getObjectSize(id, Constants.OBJ_BLOB));
        known.add(file);
      }
      return file.bytes;
    }

    private static final class Measured extends ObjectIdOwnerMap.Entry {
      private static final long serialVersionUID = 1L;

      private final long bytes;

      private Measured(ObjectId id, long bytes) {
        super(id);
        this.bytes = bytes;
      }
    }
  }
}
