using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox;

namespace BillingCopilot.Benchmarks;

/// <summary>
/// The sandbox as its own process: how long a start takes, what memory it has, and how many reads one core answers.
/// <c>sandbox start|reads [--size small] [--cache DIR] [--seconds 10]</c>
/// </summary>
internal static class SandboxBenchmarks
{
    private const int Clients = 8;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var size = Option(arguments, "--size", "small");
        var cache = Option(arguments, "--cache", Path.Combine(Path.GetTempPath(), "billingcopilot-worlds"));
        var seconds = int.Parse(Option(arguments, "--seconds", "10"), CultureInfo.InvariantCulture);
        var watch = Stopwatch.StartNew();
        using var process = Start(size, cache);
        try
        {
            var address = await AddressAsync(process);
            Console.WriteLine($"start of {size}: {watch.Elapsed.TotalSeconds:0.00} s, {Memory(process)} MB");
            if (arguments.FirstOrDefault() == "reads")
            {
                await ReadAsync(process, address, TimeSpan.FromSeconds(seconds));
            }
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        return 0;
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
    private static async Task ReadAsync(Process process, Uri address, TimeSpan duration)
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
        Console.WriteLine($"reads: {reads / watch.Elapsed.TotalSeconds:0} a second ({reads} in {watch.Elapsed.TotalSeconds:0.0} s; {used:0.0} s of one core, {reads / used:0} for each of its seconds), {Memory(process)} MB");
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
