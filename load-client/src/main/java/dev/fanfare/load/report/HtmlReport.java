package dev.fanfare.load.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The report as one self-contained page: the template beside this class with the JSON report put into it. */
public final class HtmlReport {
    private static final String TEMPLATE = "report.html";
    private static final String PLACE = "/*REPORT*/null";

    private HtmlReport() {}

    /** Writes the page. */
    public static void write(ObjectNode report, Path file) throws IOException {
        Files.writeString(file, page(report));
    }

    static String page(ObjectNode report) throws IOException {
        try (InputStream template = HtmlReport.class.getResourceAsStream(TEMPLATE)) {
            if (template == null) {
                throw new IOException(TEMPLATE + " is missing from the jar");
            }
            String page = new String(template.readAllBytes(), StandardCharsets.UTF_8);
            // A "</script>" or "<!--" inside a string would end or swallow the script it stands in.
            return page.replace(PLACE, report.toString().replace("<", "\\u003c"));
        }
    }
}
