package io.mirrorneuron.blueprint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.JsonErrorText;
import io.mirrorneuron.wire.ValueCount;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** What the two files say that make a folder a catalog. Strangers wrote them. */
public final class CatalogFiles {
  /** Names the blueprints. */
  public static final String INDEX = "index.json";

  /** Names categories; need not be there. */
  public static final String CATEGORIES = "category.json";

  private static final TypeReference<Object> ANY = new TypeReference<>() {};

  /** Bytes of a file; an index of ten thousand blueprints needs about ten million. */
  public static final int MOST = 64 << 20;

  private CatalogFiles() {}

  /**
   * Nothing when a catalog can be read from them.
   *
   * @param index null when there is none
   * @param categories null when there are none
   * @throws MnException INTERNAL {@code catalog_broken} with what is wrong, and its line and column
   */
  public static void require(byte[] index, byte[] categories) {
    if (index == null) {
      throw CatalogFolder.broken("blueprint repo index.json was not found", null);
    }
    entries(index);
    if (categories != null) {
      categories(categories);
    }
  }

  static List<?> entries(byte[] index) {
    Object content = content(INDEX, index);
    Object list = content instanceof Map<?, ?> object ? object.get("blueprints") : content;
    if (list instanceof List<?> entries) {
      return entries;
    }
    throw CatalogFolder.broken("blueprint repo index.json must be a list", null);
  }

  static List<?> categories(byte[] categories) {
    if (content(CATEGORIES, categories) instanceof Map<?, ?> object
        && object.get("categories") instanceof List<?> list) {
      return list;
    }
    throw CatalogFolder.broken("blueprint repo category.json is malformed", null);
  }

  private static Object content(String file, byte[] bytes) {
    if (bytes.length > MOST) {
      throw CatalogFolder.broken(
          "blueprint repo %s has more than %d bytes".formatted(file, MOST), null);
    }
    try (JsonParser parser = Json.MAPPER.createParser(bytes)) {
      if (ValueCount.of(parser) > ValueCount.MOST) {
        throw CatalogFolder.broken(
            "blueprint repo %s has more than %d values".formatted(file, ValueCount.MOST), null);
      }
      return Json.MAPPER.readValue(bytes, ANY);
    } catch (JsonProcessingException e) {
      var place = e.getLocation();
      throw CatalogFolder.broken(
          "blueprint repo %s is malformed at line %d, column %d: %s"
              .formatted(
                  file,
                  place == null ? 1 : place.getLineNr(),
                  place == null ? 1 : place.getColumnNr(),
                  JsonErrorText.of(e.getOriginalMessage())),
          e);
    } catch (IOException e) {
      throw CatalogFolder.broken("blueprint repo " + file + " is malformed", e);
    }
  }
}
