import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.constant.ClassDesc;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;

/**
 * Gives classes of a jar that were compiled for Java 5 or older the stack maps of later ones. A JVM
 * leaves such classes out of its AOT cache, and reads and checks them again at each start; those of
 * the command line were a tenth of it. Argument: the jar, which is changed.
 */
final class CheckableClasses {
  /** The first version whose classes a JVM checks by stack maps alone is 51. */
  private static final int OLD = 49;

  /** Where a class file has its version. */
  private static final int MAJOR = 6;

  private final ClassFile files;

  private CheckableClasses(Path root) {
    this.files =
        ClassFile.of(
            ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
            // With the old pool the code would be copied as it is, without maps.
            ClassFile.ConstantPoolSharingOption.NEW_POOL,
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(type -> open(root, type))
                    .orElse(ClassHierarchyResolver.defaultResolver())));
  }

  /** Null when the class is not in the jar. */
  private static InputStream open(Path root, ClassDesc type) {
    String name = type.descriptorString();
    try {
      return Files.newInputStream(root.resolve(name.substring(1, name.length() - 1) + ".class"));
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  public static void main(String[] arguments) throws IOException {
    try (FileSystem jar = FileSystems.newFileSystem(Path.of(arguments[0]))) {
      Path root = jar.getPath("/");
      List<Path> classes;
      try (Stream<Path> all = Files.walk(root)) {
        classes = all.filter(file -> file.toString().endsWith(".class")).sorted().toList();
      }
      CheckableClasses made = new CheckableClasses(root);
      classes.forEach(made::change);
    }
  }

  private void change(Path file) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      if (ByteBuffer.wrap(bytes).getShort(MAJOR) > OLD) {
        return;
      }
      FileTime time = Files.getLastModifiedTime(file);
      ClassModel old = files.parse(bytes);
      ClassTransform version =
          (builder, element) -> {
            if (element instanceof ClassFileVersion) {
              builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
            } else {
              builder.with(element);
            }
          };
      byte[] made = files.transformClass(old, version);
      List<VerifyError> faults = files.verify(made);
      if (!faults.isEmpty()) {
        throw new IllegalStateException(file + " cannot be changed: " + faults);
      }
      Files.write(file, made);
      Files.setLastModifiedTime(file, time);
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }
}
