# Turns samples (NAME VALUE lines, the second file) into the table on standard output, `json` and `svg`. The first file
# lists the rows: bench/paths. Plain awk.
function sort_values(name, count,   i, j, value) {
    for (i = 2; i <= count; i++) {
        value = values[name, i]
        for (j = i - 1; j >= 1 && values[name, j] > value; j--) values[name, j + 1] = values[name, j]
        values[name, j + 1] = value
    }
}
function quantile(name, share,   count) {
    count = n[name]
    return values[name, 1 + int((count - 1) * share + 0.5)]
}
function shown(name, value) {
    if (name == "resident") return sprintf("%.0f KiB", value)
    if (name ~ /^instructions/) return sprintf("%.0f", value)
    if (value >= 10000000) return sprintf("%.1f ms", value / 1000000)
    if (value >= 10000) return sprintf("%.1f us", value / 1000)
    return sprintf("%.0f ns", value)
}
function verdict(name, ratio, goal,   parts) {
    if (goal == "") return ""
    split(goal, parts, " ")
    if (parts[2] != "") return median[name] <= parts[1] ? "met" : "missed"
    return ratio != "" && ratio <= goal ? "met" : "missed"
}
function goal_shown(goal,   parts) {
    if (goal == "") return ""
    split(goal, parts, " ")
    if (parts[2] == "ns") return "<= " shown("", parts[1])
    return parts[2] == "" ? sprintf("<= %.2fx", goal) : "<= " goal
}
function svg_row(row, what, ratio,   y, width) {
    y = 40 + bars * 22
    width = 130 * log(ratio * 100) / log(10)
    if (width < 2) width = 2
    print "<text x=\"300\" y=\"" y + 12 "\" text-anchor=\"end\">" what "</text>" > svg
    printf "<rect x=\"310\" y=\"%d\" width=\"%.0f\" height=\"15\" fill=\"%s\"/>\n", y, width,
        ratio <= 1 ? "#4a9" : "#68c" > svg
    printf "<text x=\"%.0f\" y=\"%d\">%.2fx</text>\n", 316 + width, y + 12, ratio > svg
    bars++
}
FILENAME == ARGV[1] {
    if ($0 !~ /^#/ && $0 != "") rows[++row_count] = $0
    next
}
NF == 2 && $2 + 0 > 0 { values[$1, ++n[$1]] = $2 + 0 }
END {
    for (name in n) {
        sort_values(name, n[name])
        median[name] = quantile(name, 0.5)
    }
    print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1040\" height=\"" 60 + row_count * 22 \
        "\" font-family=\"sans-serif\" font-size=\"12\">" > svg
    print "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>" > svg
    print "<text x=\"10\" y=\"20\">Time next to the host's own way in the same run (medians; the scale is " \
        "logarithmic, the line is the host)</text>" > svg
    printf "%-34s %4s %10s %21s %10s %7s %7s  %s\n", "path", "n", "median", "quartiles", "least", "/ host", "least",
        "goal"
    for (i = 1; i <= row_count; i++) {
        split(rows[i], row, "|")
        name = row[1]
        if (!(name in n)) {
            printf "%-34s %4d  cannot run here\n", row[2], 0
            continue
        }
        ratio = least = ""
        if (row[3] != "" && row[3] in n) {
            ratio = median[name] / median[row[3]]
            least = values[name, 1] / values[row[3], 1]
            svg_row(row, row[2], ratio)
        }
        printf "%-34s %4d %10s %10s %10s %10s %7s %7s  %s %s\n", row[2], n[name], shown(name, median[name]),
            shown(name, quantile(name, 0.25)), shown(name, quantile(name, 0.75)), shown(name, values[name, 1]),
            ratio == "" ? "" : sprintf("%.2f", ratio), least == "" ? "" : sprintf("%.2f", least), goal_shown(row[4]),
            verdict(name, ratio, row[4])
        ratios = ratios sprintf("%s\n    {\"path\": \"%s\", \"what\": \"%s\", \"host\": \"%s\", \"ratio\": %s, \"goal\": \"%s\"}",
            ratios == "" ? "" : ",", name, row[2], row[3], ratio == "" ? "null" : sprintf("%.4f", ratio), row[4])
    }
    print "<line x1=\"570\" y1=\"32\" x2=\"570\" y2=\"" 44 + bars * 22 "\" stroke=\"#c33\"/>" > svg
    print "</svg>" > svg
    printf "{\n  \"paths\": {" > json
    separator = ""
    for (name in n) {
        printf "%s\n    \"%s\": {\"n\": %d, \"min\": %.1f, \"q1\": %.1f, \"median\": %.1f, \"q3\": %.1f, \"max\": %.1f}",
            separator, name, n[name], values[name, 1], quantile(name, 0.25), median[name], quantile(name, 0.75),
            values[name, n[name]] > json
        separator = ","
    }
    printf "\n  },\n  \"ratios\": [%s\n  ]\n}\n", ratios > json
}
