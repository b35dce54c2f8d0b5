package io.mirrorneuron.testing;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The sources of the program as the JDK's own compiler reads them. */
public final class Sources {

  /**
   * A source file with one top-level class.
   *
   * @param packageName without the root, empty for the root itself
   * @param lines of the file
   * @param imports fully qualified, static ones too
   * @param methods of the class and those nested in it, explicit constructors included
   */
  public record Source(
      String packageName, String name, int lines, Set<String> imports, List<Method> methods) {

    /** As {@code docs/architecture.md} names classes: {@code runtime/loop/Engine}. */
    public String path() {
      return packageName.isEmpty() ? name : packageName.replace('.', '/') + "/" + name;
    }
  }

  /**
   * @param name of the method, or of the class for a constructor
   * @param lines from its first modifier to its closing brace
   * @param parameters 0 for the compact constructor of a record, which lists none
   */
  public record Method(String name, int lines, int parameters) {}

  private Sources() {}

  /** All classes below a folder of sources; {@code package-info} files are left out. */
  public static List<Source> below(Path root, String rootPackage) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
        Stream<Path> found = Files.walk(root)) {
      List<Path> paths =
          found
              .filter(path -> path.toString().endsWith(".java"))
              .filter(path -> !path.endsWith("package-info.java"))
              .sorted()
              .toList();
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, List.of(), null, files.getJavaFileObjectsFromPaths(paths));
      List<Source> sources = new ArrayList<>();
      for (CompilationUnitTree unit : task.parse()) {
        sources.add(source(unit, Trees.instance(task).getSourcePositions(), rootPackage));
      }
      return sources;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Source source(
      CompilationUnitTree unit, SourcePositions positions, String rootPackage) throws IOException {
    Set<String> imports = new TreeSet<>();
    for (ImportTree one : unit.getImports()) {
      imports.add(one.getQualifiedIdentifier().toString());
    }
    String packageName = unit.getPackageName().toString().substring(rootPackage.length());
    String text = unit.getSourceFile().getCharContent(true).toString();
    return new Source(
        packageName.isEmpty() ? "" : packageName.substring(1),
        ((ClassTree) unit.getTypeDecls().getFirst()).getSimpleName().toString(),
        (int) text.lines().count(),
        imports,
        methods(unit, text, positions));
  }

  private static List<Method> methods(
      CompilationUnitTree unit, String text, SourcePositions positions) {
    List<Method> methods = new ArrayList<>();
    new TreeScanner<Void, ClassTree>() {
      @Override
      public Void visitClass(ClassTree type, ClassTree outer) {
        return super.visitClass(type, type);
      }

      @Override
      public Void visitMethod(MethodTree method, ClassTree type) {
        long from = positions.getStartPosition(unit, method);
        if (from >= 0) {
          long first = unit.getLineMap().getLineNumber(from);
          long last = unit.getLineMap().getLineNumber(positions.getEndPosition(unit, method));
          String name = method.getName().toString();
          methods.add(
              new Method(
                  name.equals("<init>") ? type.getSimpleName().toString() : name,
                  (int) (last - first + 1),
                  isCompact(method, text, from) ? 0 : method.getParameters().size()));
        }
        return super.visitMethod(method, type);
      }
    }.scan(unit, null);
    return methods;
  }

  /** A compact constructor has no list of parameters; javac adds those of its record. */
  private static boolean isCompact(MethodTree method, String text, long from) {
    int body = text.indexOf('{', (int) from);
    return method.getName().contentEquals("<init>")
        && text.substring((int) from, body).indexOf('(') < 0;
  }
}
