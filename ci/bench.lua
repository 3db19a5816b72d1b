-- For wrk: sends the header lines of BENCH_HEADERS with every GET, and tells
-- at the end how many answers were not 2xx.
for line in (os.getenv("BENCH_HEADERS") or ""):gmatch("[^\n]+") do
    local name, value = line:match("^([^:]+):%s*(.*)$")
    wrk.headers[name] = value
end

done = function(summary, latency, requests)
    io.write(string.format("bench %d %d %d %d\n", summary.requests,
        summary.duration, summary.errors.status,
        summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
