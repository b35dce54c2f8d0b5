import java.io.BufferedOutputStream;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

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

  private CheckableClasses(ZipFile jar) {
    this.files =
        ClassFile.of(
            ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
            // With the old pool the code would be copied as it is, without maps.
            ClassFile.ConstantPoolSharingOption.NEW_POOL,
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(type -> open(jar, type))
                    .orElse(ClassHierarchyResolver.defaultResolver())));
  }

  /** Null when the class is not in the jar. */
  private static InputStream open(ZipFile jar, ClassDesc type) {
    String name = type.descriptorString();
    ZipEntry entry = jar.getEntry(name.substring(1, name.length() - 1) + ".class");
    try {
      return entry == null ? null : jar.getInputStream(entry);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  /**
   * Entries get no finer time than they have: the file system of a JDK does not find that where
   * something stands before the jar, as the launcher will.
   */
  public static void main(String[] arguments) throws IOException {
    Path jar = Path.of(arguments[0]);
    Path made = jar.resolveSibling(jar.getFileName() + ".new");
    try (ZipFile old = new ZipFile(jar.toFile());
        ZipOutputStream out =
            new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(made)))) {
      CheckableClasses classes = new CheckableClasses(old);
      for (ZipEntry entry : Collections.list(old.entries())) {
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setTimeLocal(entry.getTimeLocal());
        out.putNextEntry(copy);
        try (InputStream content = old.getInputStream(entry)) {
          out.write(classes.checkable(entry.getName(), content.readAllBytes()));
        }
        out.closeEntry();
      }
    }
    Files.move(made, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  private byte[] checkable(String name, byte[] bytes) {
    if (!name.endsWith(".class") || ByteBuffer.wrap(bytes).getShort(MAJOR) > OLD) {
      return bytes;
    }
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
      throw new IllegalStateException(name + " cannot be changed: " + faults);
    }
    return made;
  }
}
