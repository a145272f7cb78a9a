using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using BillingCopilot.Flows.Support;
using BillingCopilot.Sandbox;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

/// <summary>The sandbox as its own process: the same bytes from the same seed, and nothing lost by a kill.</summary>
public sealed class SandboxFlow
{
    /// <summary>Of how many objects the lists below them are read.</summary>
    private const int Objects = 25;

    private static readonly long September = new DateTimeOffset(2026, 9, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    private static readonly long November = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    private static readonly string[] NoLists = ["v1/account", "v1/balance", "v1/balance_settings", "v1/credit_notes/preview"];

    /// <summary>Of some invoices there is no credit note to preview.</summary>
    private const string Preview = "v1/credit_notes/preview/lines";

    [Fact]
    public async Task Lists_TwoProcessesOfOneSeed_GiveTheSameBytes_AnotherSeedDoesNot()
    {
        var first = await ListsAsync("--seed", "5");
        var second = await ListsAsync("--seed", "5");
        var other = await ListsAsync("--seed", "6");

        first.Count.ShouldBeGreaterThanOrEqualTo(35);
        second.ShouldBe(first);
        // Coupons have their codes as ids, and the portal its one default configuration, in every world the same.
        other.Where(list => list.Value == first[list.Key] && list.Key is not ("v1/coupons" or "v1/billing_portal/configurations")).Select(list => list.Key)
            .ShouldBe(first.Where(list => list.Value == Nothing(list.Key)).Select(list => list.Key), "only empty lists are alike");
    }

    [Fact]
    public async Task Kill_OfAServedSandbox_LosesNothing()
    {
        var folder = Directory.CreateTempSubdirectory("billingcopilot-sandbox-").FullName;
        var data = Path.Combine(folder, "data");
        var (first, address) = await CopilotProcess.StartAsync("Sandbox", folder, "--port", "0", "--data", data);
        Dictionary<string, string> before;
        string ledger;
        using (var http = Client(address))
        {
            (await http.PostAsync("_sandbox/clock", new StringContent("""{"freeze":true,"advance":"2d"}"""))).EnsureSuccessStatusCode();
            var customers = await http.GetFromAsync("v1/customers?limit=100");
            foreach (var customer in customers["data"]!.AsArray().Take(20))
            {
                using var changed = await http.PostAsync($"v1/customers/{customer!["id"]}", new FormUrlEncodedContent([new("metadata[seen]", "yes")]));
                changed.EnsureSuccessStatusCode();
            }

            (before, ledger) = (await ReadAllAsync(http), await http.GetStringAsync("_sandbox/ledger"));
            await first.KillAsync();
        }

        var (second, again) = await CopilotProcess.StartAsync("Sandbox", folder, "--port", "0", "--data", data);
        await using var ends = second;
        using var late = Client(again);

        (await ReadAllAsync(late)).ShouldBe(before);
        (await late.GetStringAsync("_sandbox/ledger")).ShouldBe(ledger);
        await first.DisposeAsync();
    }

    private static async Task<Dictionary<string, string>> ListsAsync(params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("billingcopilot-sandbox-").FullName;
        var (process, address) = await CopilotProcess.StartAsync("Sandbox", folder, ["--port", "0", .. arguments]);
        await using var ends = process;
        using var http = Client(address);
        (await http.PostAsync("_sandbox/clock", new StringContent("""{"freeze":true}"""))).EnsureSuccessStatusCode();
        return await ReadAllAsync(http);
    }

    /// <summary>A hash of all pages of every list, also of those below an object or for one; by the list's path.</summary>
    private static async Task<Dictionary<string, string>> ReadAllAsync(HttpClient http)
    {
        var info = await http.GetFromAsync("_sandbox/info");
        var gets = info["endpoints"]!.AsArray().Select(endpoint => (string)endpoint!)
            .Where(endpoint => endpoint.StartsWith("GET /v1/", StringComparison.Ordinal) && !endpoint.EndsWith('}') && !endpoint.EndsWith("/search", StringComparison.Ordinal))
            .Select(endpoint => endpoint["GET /".Length..])
            .Except(NoLists)
            .OrderBy(path => path.Contains('{') || path is "v1/subscription_items" or Preview).ThenBy(path => path, StringComparer.Ordinal).ToList();
        var (hashes, ids) = (new Dictionary<string, string>(), new Dictionary<string, List<string>>());
        foreach (var list in gets)
        {
            hashes[list] = await ReadAsync(http, list, [.. Paths(list, ids)], ids);
        }

        return hashes;
    }

    /// <summary>Where a list is read: once, or for some of the objects that it belongs to.</summary>
    private static IEnumerable<string> Paths(string list, Dictionary<string, List<string>> ids)
    {
        var some = (string kind) => ids[kind].Take(Objects);
        return list switch
        {
            "v1/subscription_items" => some("v1/subscriptions").Select(id => $"{list}?subscription={id}"),
            Preview => some("v1/invoices").Select(id => $"{list}?invoice={id}&amount=100"),
            "v1/billing/meters/{id}/event_summaries" => some("v1/billing/meters").SelectMany(meter => ids["v1/customers"].Select(customer =>
                $"v1/billing/meters/{meter}/event_summaries?customer={customer}&start_time={September}&end_time={November}&value_grouping_window=day")),
            _ when list.Contains('{') => some(list[..list.IndexOf("/{", StringComparison.Ordinal)]).Select(id => list[..list.IndexOf('{')] + id + list[(list.IndexOf('}') + 1)..]),
            _ => [list],
        };
    }

    private static async Task<string> ReadAsync(HttpClient http, string list, List<string> paths, Dictionary<string, List<string>> ids)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var seen = ids[list] = [];
        foreach (var path in paths)
        {
            for (string? after = ""; after is not null;)
            {
                using var answer = await http.GetAsync($"{path}{(path.Contains('?') ? '&' : '?')}limit=100{after}");
                var bytes = await answer.Content.ReadAsByteArrayAsync();
                var page = JsonNode.Parse(bytes)!;
                if (!answer.IsSuccessStatusCode && list == Preview)
                {
                    break;
                }

                answer.IsSuccessStatusCode.ShouldBeTrue($"{path}: {page.ToJsonString()}");
                hash.AppendData(bytes);
                seen.AddRange((page["data"] as JsonArray ?? []).Select(item => item!["id"]?.ToString() ?? ""));
                after = (bool?)page["has_more"] == true ? $"&starting_after={seen[^1]}" : null;
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Nothing(string list) => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(
        $$"""
        {
          "object": "list",
          "data": [],
          "has_more": false,
          "url": "/{{list}}"
        }
        """)));

    private static HttpClient Client(Uri address)
    {
        var http = new HttpClient { BaseAddress = address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", SandboxKeys.Admin);
        return http;
    }
}

internal static class SandboxReads
{
    public static async Task<JsonObject> GetFromAsync(this HttpClient http, string path) =>
        JsonNode.Parse(await http.GetStringAsync(path))!.AsObject();
}
