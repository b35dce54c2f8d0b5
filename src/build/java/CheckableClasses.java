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
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * Gives classes of a jar that were compiled for Java 5 or older the stack maps of later ones. A JVM
 * leaves such classes out of its AOT cache, and reads and checks them again at each start; those of
 * the command line were a tenth of it. All other entries are copied compressed, as they are.
 */
final class CheckableClasses {
  /** The first version whose classes a JVM checks by stack maps alone is 51. */
  private static final int OLD = 49;

  /** A class file begins with four bytes of its own, the minor and the major version. */
  private static final int HEAD = 8;

  private static final int MAJOR = 6;

  private final ZipFile jar;
  private final ClassFile files;

  private CheckableClasses(ZipFile jar) {
    this.jar = jar;
    this.files =
        ClassFile.of(
            ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
            // With the old pool the code would be copied as it is, without maps.
            ClassFile.ConstantPoolSharingOption.NEW_POOL,
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(this::open)
                    .orElse(ClassHierarchyResolver.defaultResolver())));
  }

  /** Null when the class is not in the jar. */
  private InputStream open(ClassDesc type) {
    String name = type.descriptorString();
    ZipArchiveEntry entry = jar.getEntry(name.substring(1, name.length() - 1) + ".class");
    try {
      return entry == null ? null : jar.getInputStream(entry);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  /** Changes the jar. The same jar gives the same bytes, at any time and in any time zone. */
  static void in(Path jar) throws IOException {
    Path made = jar.resolveSibling(jar.getFileName() + ".new");
    try (ZipFile old = ZipFile.builder().setPath(jar).get();
        ZipArchiveOutputStream out = new ZipArchiveOutputStream(made)) {
      CheckableClasses classes = new CheckableClasses(old);
      for (ZipArchiveEntry entry : Collections.list(old.getEntriesInPhysicalOrder())) {
        classes.copy(entry, out);
      }
    }
    Files.move(made, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * An entry gets its name and its time, no finer than it has it: the file system of a JDK does not
   * find a finer one where something stands before the jar, as the launcher will.
   */
  private void copy(ZipArchiveEntry entry, ZipArchiveOutputStream out) throws IOException {
    ZipArchiveEntry copy = new ZipArchiveEntry(entry.getName());
    copy.setTimeLocal(entry.getTimeLocal());
    copy.setMethod(entry.getMethod());
    if (isOld(entry)) {
      byte[] changed;
      try (InputStream content = jar.getInputStream(entry)) {
        changed = checkable(entry.getName(), content.readAllBytes());
      }
      // Unless that is told, the entry gets room for sizes above 4 GiB.
      copy.setSize(changed.length);
      out.putArchiveEntry(copy);
      out.write(changed);
      out.closeArchiveEntry();
    } else {
      copy.setCrc(entry.getCrc());
      copy.setSize(entry.getSize());
      copy.setCompressedSize(entry.getCompressedSize());
      try (InputStream content = jar.getRawInputStream(entry)) {
        out.addRawArchiveEntry(copy, content);
      }
    }
  }

  private boolean isOld(ZipArchiveEntry entry) throws IOException {
    if (!entry.getName().endsWith(".class")) {
      return false;
    }
    try (InputStream content = jar.getInputStream(entry)) {
      return ByteBuffer.wrap(content.readNBytes(HEAD)).getShort(MAJOR) <= OLD;
    }
  }

  private byte[] checkable(String name, byte[] bytes) {
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
