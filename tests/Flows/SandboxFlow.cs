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
    [Fact]
    public async Task Lists_TwoProcessesOfOneSeed_GiveTheSameBytes_AnotherSeedDoesNot()
    {
        var first = await ListsAsync("--seed", "5");
        var second = await ListsAsync("--seed", "5");
        var other = await ListsAsync("--seed", "6");

        first.Count.ShouldBeGreaterThanOrEqualTo(20);
        second.ShouldBe(first);
        // Coupons have their codes as ids, in every world the same.
        other.Where(list => list.Value == first[list.Key] && list.Key != "v1/coupons").Select(list => list.Key)
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

    /// <summary>A hash of all pages of every list that asks for no parameter.</summary>
    private static async Task<Dictionary<string, string>> ReadAllAsync(HttpClient http)
    {
        var info = await http.GetFromAsync("_sandbox/info");
        var lists = info["endpoints"]!.AsArray().Select(endpoint => (string)endpoint!)
            .Where(endpoint => endpoint.StartsWith("GET /v1/", StringComparison.Ordinal) && !endpoint.Contains('{') && !endpoint.EndsWith("/search", StringComparison.Ordinal))
            .Select(endpoint => endpoint["GET /".Length..]);
        var hashes = new Dictionary<string, string>();
        foreach (var list in lists)
        {
            if (await ReadAsync(http, list) is { } hash)
            {
                hashes[list] = hash;
            }
        }

        return hashes;
    }

    private static async Task<string?> ReadAsync(HttpClient http, string list)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (string? after = ""; after is not null;)
        {
            using var answer = await http.GetAsync($"{list}?limit=100{after}");
            if (!answer.IsSuccessStatusCode)
            {
                return null;
            }

            var bytes = await answer.Content.ReadAsByteArrayAsync();
            hash.AppendData(bytes);
            var page = JsonNode.Parse(bytes)!;
            after = (bool?)page["has_more"] == true ? $"&starting_after={page["data"]!.AsArray()[^1]!["id"]}" : null;
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
