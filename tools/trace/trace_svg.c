/* A trace's time line as a picture. Tests: tests/unit/trace/trace_svg_test.c. */
#include "trace_timeline.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 1000.0
#define LEFT 130.0 /* of the first instant */
#define RIGHT 20.0
#define TOP 54.0
#define ROW_HEIGHT 46.0
#define BAR_HEIGHT 22.0
#define FOOT 64.0
#define TICKS_MAX 10u
#define LABEL_WIDTH_LEAST 26.0 /* of a bar that has its priority written in it */

struct drawing {
    const struct trace *trace;
    struct trace_timeline timeline;
    FILE *out;
    uint64_t from_ns, to_ns; /* since the first record */
    int *rows;               /* by thread; -1: not drawn */
    int row_count;
};

static const char *doing_color(const struct trace_span *span)
{
    switch (span->doing) {
    case DOING_RUN:
        return span->lent ? "#d9480f" : "#2b8a3e";
    case DOING_READY:
        return "#ffe066";
    case DOING_SEND:
        return "#ffc9c9";
    case DOING_REPLY:
        return "#bac8ff";
    default:
        return "#f1f3f5";
    }
}

static double x_of(const struct drawing *drawing, uint64_t since_ns)
{
    uint64_t at_ns = since_ns < drawing->from_ns ? drawing->from_ns : since_ns;
    at_ns = at_ns > drawing->to_ns ? drawing->to_ns : at_ns;
    double share = (double)(at_ns - drawing->from_ns) / (double)(drawing->to_ns - drawing->from_ns);
    return LEFT + share * (WIDTH - LEFT - RIGHT);
}

static double y_of(int row)
{
    return TOP + row * ROW_HEIGHT;
}

static void text_write(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        default:
            fputc(*text, out);
        }
    }
}

static bool span_is_inside(const struct drawing *drawing, const struct trace_span *span)
{
    return trace_since(drawing->trace, span->end_ns) > drawing->from_ns &&
           trace_since(drawing->trace, span->start_ns) < drawing->to_ns;
}

static void row_give(struct drawing *drawing, uint32_t thread)
{
    if (drawing->rows[thread] < 0) {
        drawing->rows[thread] = drawing->row_count++;
    }
}

/* A row for each thread that runs in the time drawn, in order of number. */
static void rows_of_all(struct drawing *drawing, bool *runs)
{
    for (size_t i = 0; i < drawing->timeline.span_count; i++) {
        const struct trace_span *span = &drawing->timeline.spans[i];
        runs[span->thread] = runs[span->thread] || (span->doing == DOING_RUN && span_is_inside(drawing, span));
    }
    for (uint32_t i = 1; i < drawing->trace->thread_count; i++) {
        if (runs[i]) {
            row_give(drawing, i);
        }
    }
}

/* Rows for the threads whose names are listed, in the list's order. */
static void rows_of_names(struct drawing *drawing, const char *only)
{
    while (*only != '\0') {
        size_t length = strcspn(only, ",");
        for (uint32_t i = 1; i < drawing->trace->thread_count; i++) {
            const char *name = drawing->trace->threads[i].name;
            if (length > 0 && strlen(name) == length && memcmp(name, only, length) == 0) {
                row_give(drawing, i);
            }
        }
        only += length + (only[length] == ',');
    }
}

static int rows_make(struct drawing *drawing, const char *only)
{
    uint32_t count = drawing->trace->thread_count;
    bool *runs = calloc(count, sizeof(*runs));
    drawing->rows = malloc(count * sizeof(*drawing->rows));
    if (runs == NULL || drawing->rows == NULL) {
        free(runs);
        return -1;
    }
    for (uint32_t i = 0; i < count; i++) {
        drawing->rows[i] = -1;
    }
    if (only != NULL) {
        rows_of_names(drawing, only);
    } else {
        rows_of_all(drawing, runs);
    }
    free(runs);
    return 0;
}

/* 1, 2 or 5 times a power of ten: at most TICKS_MAX of them fit. */
static uint64_t tick_of(uint64_t span_ns)
{
    static const uint64_t steps[] = {1, 2, 5};
    uint64_t power = 1;
    for (;; power *= 10) {
        for (unsigned i = 0; i < 3; i++) {
            if (span_ns / (power * steps[i]) <= TICKS_MAX) {
                return power * steps[i];
            }
        }
    }
}

static void axis_write(const struct drawing *drawing)
{
    uint64_t tick_ns = tick_of(drawing->to_ns - drawing->from_ns);
    double bottom = y_of(drawing->row_count) - ROW_HEIGHT + BAR_HEIGHT + 12;
    for (uint64_t shown_ns = 0; shown_ns <= drawing->to_ns - drawing->from_ns; shown_ns += tick_ns) {
        double x = x_of(drawing, drawing->from_ns + shown_ns);
        fprintf(drawing->out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#dee2e6\"/>\n", x,
                TOP - 12, x, bottom);
        fprintf(drawing->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" fill=\"#868e96\">", x, bottom + 14);
        if (tick_ns < 1000) {
            fprintf(drawing->out, "%" PRIu64 " ns</text>\n", shown_ns);
        } else if (tick_ns < 1000000) {
            fprintf(drawing->out, "%" PRIu64 " us</text>\n", shown_ns / 1000);
        } else {
            fprintf(drawing->out, "%" PRIu64 " ms</text>\n", shown_ns / 1000000);
        }
    }
}

static void labels_write(const struct drawing *drawing)
{
    for (uint32_t i = 1; i < drawing->trace->thread_count; i++) {
        char label[TRACE_LABEL_BYTES];
        if (drawing->rows[i] < 0) {
            continue;
        }
        trace_label(drawing->trace, i, "", label);
        fprintf(drawing->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\" fill=\"#212529\">", LEFT - 10,
                y_of(drawing->rows[i]) + 15);
        text_write(drawing->out, label);
        fputs("</text>\n", drawing->out);
    }
}

static void span_write(const struct drawing *drawing, const struct trace_span *span)
{
    double x = x_of(drawing, trace_since(drawing->trace, span->start_ns));
    double width = x_of(drawing, trace_since(drawing->trace, span->end_ns)) - x;
    double y = y_of(drawing->rows[span->thread]);
    bool runs = span->doing == DOING_RUN;
    bool thin = span->doing >= DOING_RECEIVE;
    fprintf(drawing->out, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" fill=\"%s\"><title>", x,
            thin ? y + BAR_HEIGHT / 2 - 3 : y, width < 0.5 ? 0.5 : width, thin ? 6.0 : BAR_HEIGHT, doing_color(span));
    fprintf(drawing->out, "%s, priority %u%s, %" PRIu64 " ns</title></rect>\n", trace_doing_name(span->doing),
            span->priority, span->lent ? " (lent)" : "", span->end_ns - span->start_ns);
    if (width >= LABEL_WIDTH_LEAST && !thin) {
        fprintf(drawing->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" fill=\"%s\">%u</text>\n",
                x + width / 2, y + 15, runs ? "#ffffff" : "#495057", span->priority);
    }
}

static void arrow_write(const struct drawing *drawing, const struct trace_arrow *arrow)
{
    uint64_t since_ns = trace_since(drawing->trace, arrow->time_ns);
    int from = drawing->rows[arrow->from], to = drawing->rows[arrow->to];
    if (from < 0 || to < 0 || since_ns < drawing->from_ns || since_ns > drawing->to_ns) {
        return;
    }
    double x = x_of(drawing, since_ns);
    double start = y_of(from) + (to > from ? BAR_HEIGHT : 0), end = y_of(to) + (to > from ? -1 : BAR_HEIGHT + 1);
    fprintf(drawing->out,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#1c7ed6\" stroke-width=\"1.5\"%s "
            "marker-end=\"url(#head)\"/>\n",
            x, start, x, end, arrow->answer ? " stroke-dasharray=\"4 2\"" : "");
}

static void legend_write(const struct drawing *drawing)
{
    static const struct {
        struct trace_span span;
        const char *text;
    } entries[] = {{{.doing = DOING_RUN}, "runs"},
                   {{.doing = DOING_RUN, .lent = true}, "runs at a lent priority"},
                   {{.doing = DOING_READY}, "ready"},
                   {{.doing = DOING_SEND}, "calls, not yet received"},
                   {{.doing = DOING_REPLY}, "calls, being served"},
                   {{.doing = DOING_RECEIVE}, "waits"}};
    static const double places[] = {LEFT, LEFT + 80, LEFT + 260, LEFT + 340, LEFT + 510, LEFT + 660};
    double y = y_of(drawing->row_count) + 12;
    for (unsigned i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        fprintf(drawing->out, "<rect x=\"%.0f\" y=\"%.0f\" width=\"12\" height=\"12\" fill=\"%s\"/>", places[i], y,
                doing_color(&entries[i].span));
        fprintf(drawing->out, "<text x=\"%.0f\" y=\"%.0f\" fill=\"#495057\">%s</text>\n", places[i] + 17, y + 10,
                entries[i].text);
    }
    fprintf(drawing->out,
            "<text x=\"%.0f\" y=\"%.0f\" fill=\"#495057\">Solid arrows are calls, dashed ones answers; numbers are "
            "priorities.</text>\n",
            LEFT, y + 28);
}

static void head_write(const struct drawing *drawing, const char *title)
{
    double height = y_of(drawing->row_count) + FOOT;
    fprintf(drawing->out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" font-family=\"sans-serif\" "
            "font-size=\"12\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n",
            WIDTH, height);
    fputs("<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
          "orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#1c7ed6\"/></marker></defs>\n",
          drawing->out);
    if (title != NULL) {
        fprintf(drawing->out, "<text x=\"%.0f\" y=\"24\" font-size=\"15\" fill=\"#212529\">", LEFT);
        text_write(drawing->out, title);
        fputs("</text>\n", drawing->out);
    }
}

int trace_svg(const struct trace *trace, const struct trace_picture *picture, FILE *out)
{
    struct drawing drawing = {.trace = trace, .out = out, .from_ns = picture->from_ns, .to_ns = picture->to_ns};
    if (trace_timeline_make(&drawing.timeline, trace) != 0) {
        return -1;
    }
    if (drawing.to_ns == 0 && trace->count > 0) {
        drawing.to_ns = trace_since(trace, trace->records[trace->count - 1].time_ns);
    }
    if (drawing.to_ns <= drawing.from_ns) {
        drawing.to_ns = drawing.from_ns + 1;
    }
    int result = rows_make(&drawing, picture->only);
    if (result == 0) {
        head_write(&drawing, picture->title);
        axis_write(&drawing);
        labels_write(&drawing);
        for (size_t i = 0; i < drawing.timeline.span_count; i++) {
            const struct trace_span *span = &drawing.timeline.spans[i];
            if (drawing.rows[span->thread] >= 0 && span_is_inside(&drawing, span)) {
                span_write(&drawing, span);
            }
        }
        for (size_t i = 0; i < drawing.timeline.arrow_count; i++) {
            arrow_write(&drawing, &drawing.timeline.arrows[i]);
        }
        legend_write(&drawing);
        fputs("</svg>\n", out);
    }
    free(drawing.rows);
    trace_timeline_free(&drawing.timeline);
    return result;
}
