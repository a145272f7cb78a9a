using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox;

namespace BillingCopilot.Benchmarks;

/// <summary>
/// The sandbox as its own process: how long a start takes, what memory it has, how many reads one core answers, and
/// what a month of time costs. A missed target exits with 1.
/// <c>sandbox start|reads|month [--size small] [--cache DIR] [--seconds 10] [--times 5]</c>
/// </summary>
internal static class SandboxBenchmarks
{
    private const int Clients = 8;
    private const int ReadsASecond = 2_000;
    private const int LargeMegabytes = 1_000;
    private static readonly TimeSpan FirstOfLarge = TimeSpan.FromMinutes(3);

    private static readonly Dictionary<string, TimeSpan> Starts = new()
    {
        ["small"] = TimeSpan.FromSeconds(1),
        ["medium"] = TimeSpan.FromSeconds(2),
        ["large"] = TimeSpan.FromSeconds(5),
    };

    public static async Task<int> RunAsync(string[] arguments)
    {
        var size = Option(arguments, "--size", "small");
        var cache = Option(arguments, "--cache", Path.Combine(Path.GetTempPath(), "billingcopilot-worlds"));
        var seconds = int.Parse(Option(arguments, "--seconds", "10"), CultureInfo.InvariantCulture);
        var times = int.Parse(Option(arguments, "--times", "5"), CultureInfo.InvariantCulture);
        var met = arguments.FirstOrDefault() switch
        {
            "reads" => await ServedAsync(size, cache, (process, address) => ReadAsync(process, address, TimeSpan.FromSeconds(seconds))),
            "month" => await ServedAsync(size, cache, MonthAsync),
            _ => await StartsAsync(size, cache, times),
        };
        return met ? 0 : 1;
    }

    /// <summary>The first start, which may build the world's file, and some more.</summary>
    private static async Task<bool> StartsAsync(string size, string cache, int times)
    {
        var (first, memory) = await StartAsync(size, cache);
        Console.WriteLine($"first start of {size}: {first.TotalSeconds:0.00} s, {memory} MB");
        var later = new List<TimeSpan>();
        for (var i = 0; i < times; i++)
        {
            (var took, memory) = await StartAsync(size, cache);
            later.Add(took);
        }

        later.Sort();
        var median = later[later.Count / 2];
        Console.WriteLine($"start of {size}: median {median.TotalSeconds:0.00} s of {times} (from {later[0].TotalSeconds:0.00} to {later[^1].TotalSeconds:0.00}), {memory} MB; target {Starts[size].TotalSeconds:0} s");
        return median < Starts[size] && (size != "large" || (memory < LargeMegabytes && first < FirstOfLarge));
    }

    private static async Task<(TimeSpan Took, long Megabytes)> StartAsync(string size, string cache)
    {
        var watch = Stopwatch.StartNew();
        using var process = Start(size, cache);
        try
        {
            await AddressAsync(process);
            return (watch.Elapsed, Memory(process));
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static async Task<bool> ServedAsync(string size, string cache, Func<Process, Uri, Task<bool>> measure)
    {
        using var process = Start(size, cache);
        try
        {
            return await measure(process, await AddressAsync(process));
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Thirty days at once.</summary>
    private static async Task<bool> MonthAsync(Process process, Uri address)
    {
        using var http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(30) };
        var cpu = process.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        using var answer = await http.PostAsync("_sandbox/clock", new StringContent("""{"freeze":true,"advance":"30d"}"""));
        var passed = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["passed"]!;
        process.Refresh();
        var steps = passed["done"]!.AsObject().Sum(work => (long)work.Value!);
        Console.WriteLine($"month: {watch.Elapsed.TotalSeconds:0.0} s ({(process.TotalProcessorTime - cpu).TotalSeconds:0.0} s of one core) for {steps} steps, {Memory(process)} MB");
        return true;
    }

    private static Process Start(string size, string cache) => Process.Start(new ProcessStartInfo(
        "dotnet", [Path.Combine(AppContext.BaseDirectory, "BillingCopilot.Sandbox.dll"), "--port", "0", "--size", size, "--cache", cache])
    {
        RedirectStandardOutput = true,
    })!;

    private static async Task<Uri> AddressAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("Sandbox of Stripe's API: ", StringComparison.Ordinal))
            {
                return new Uri(line.Split(' ')[^1]);
            }
        }

        throw new InvalidOperationException("The sandbox ended before it served.");
    }

    /// <summary>Three retrieves for each list of ten, all for random customers; the server has one core, the clients the others.</summary>
    private static async Task<bool> ReadAsync(Process process, Uri address, TimeSpan duration)
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
        {
            process.ProcessorAffinity = 1;
        }

        using var http = new HttpClient { BaseAddress = address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", SandboxKeys.Read);
        var paths = await PathsAsync(http);
        await RunAsync(http, paths, TimeSpan.FromSeconds(3));
        var cpu = process.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        var reads = await RunAsync(http, paths, duration);
        process.Refresh();
        var used = (process.TotalProcessorTime - cpu).TotalSeconds;
        Console.WriteLine($"reads: {reads / watch.Elapsed.TotalSeconds:0} a second ({reads} in {watch.Elapsed.TotalSeconds:0.0} s; {used:0.0} s of one core, {reads / used:0} for each of its seconds), {Memory(process)} MB; target {ReadsASecond}");
        return reads / watch.Elapsed.TotalSeconds >= ReadsASecond;
    }

    private static async Task<long> RunAsync(HttpClient http, List<string> paths, TimeSpan duration)
    {
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, Clients).Select(async client =>
        {
            var count = 0L;
            for (var i = client * 997; watch.Elapsed < duration; i++)
            {
                using var answer = await http.GetAsync(paths[i % paths.Count]);
                answer.EnsureSuccessStatusCode();
                await answer.Content.ReadAsByteArrayAsync();
                count++;
            }

            return count;
        }));
        return counts.Sum();
    }

    private static async Task<List<string>> PathsAsync(HttpClient http)
    {
        var paths = new List<string>();
        foreach (var customer in await ItemsAsync(http, "v1/customers?limit=100"))
        {
            var id = (string)customer["id"]!;
            var invoice = (await ItemsAsync(http, $"v1/invoices?customer={id}&limit=1")).FirstOrDefault();
            var charge = (await ItemsAsync(http, $"v1/charges?customer={id}&limit=1")).FirstOrDefault();
            paths.Add($"v1/customers/{id}");
            paths.Add(invoice is null ? $"v1/customers/{id}" : $"v1/invoices/{invoice["id"]}");
            paths.Add(charge is null ? $"v1/customers/{id}" : $"v1/charges/{charge["id"]}");
            paths.Add((paths.Count / 4 % 3) switch
            {
                0 => $"v1/invoices?customer={id}&limit=10",
                1 => $"v1/charges?customer={id}&limit=10",
                _ => $"v1/balance_transactions?limit=10&type=charge",
            });
        }

        return paths;
    }

    private static async Task<IEnumerable<JsonObject>> ItemsAsync(HttpClient http, string path) =>
        JsonNode.Parse(await http.GetStringAsync(path))!["data"]!.AsArray().Select(item => item!.AsObject());

    private static long Memory(Process process)
    {
        process.Refresh();
        return process.WorkingSet64 / 1_000_000;
    }

    private static string Option(string[] arguments, string name, string otherwise) =>
        Array.IndexOf(arguments, name) is var at and >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : otherwise;
}
