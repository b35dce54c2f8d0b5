package io.mirrorneuron.blueprint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.transport.PackParser;

/** A repository that takes from remotes, over any protocol, what {@link RemoteBounds} allow. */
final class BoundedRepository extends FileRepository {
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
