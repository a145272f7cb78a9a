using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Sandbox;
using Npgsql;
using Shouldly;

namespace BillingCopilot.Flows.Support;

/// <summary>Two copilots on one database and a sandbox, each a process of its own.</summary>
internal sealed class TwoNodes : IAsyncDisposable
{
    public const string Variable = "BILLINGCOPILOT_TEST_POSTGRES";

    private readonly string? _drop;
    private readonly List<CopilotProcess> _processes = [];
    private string[] _database = [];
    private Uri _stripe = null!;

    private TwoNodes(string? drop) => _drop = drop;

    public string Folder { get; } = Directory.CreateTempSubdirectory("billingcopilot-nodes-").FullName;

    public SandboxView Sandbox { get; private set; } = null!;

    public Uri A { get; private set; } = null!;

    public Uri B { get; private set; } = null!;

    /// <summary>Open invoices, each with its number, of a world that nothing was written to yet.</summary>
    public IReadOnlyList<JsonNode> Open { get; private set; } = [];

    public static async Task<TwoNodes> StartAsync(bool postgres)
    {
        var name = $"nodes_{Environment.ProcessId}";
        var nodes = new TwoNodes(postgres ? name : null);
        if (postgres)
        {
            await SqlAsync($"create database {name}");
            nodes._database = ["--Database:Provider", "postgres", "--Database:ConnectionString", new NpgsqlConnectionStringBuilder(Server) { Database = name }.ConnectionString];
        }

        nodes._stripe = await nodes.RunAsync("Sandbox", "--port", "0");
        nodes.Sandbox = new SandboxView(nodes._stripe.ToString());
        nodes.Open = [.. (await nodes.Sandbox.TruthAsync(CancellationToken.None))["invoice_increases"]!.AsArray().Where(n => (string?)n!["status"] == "open").Select(n => n!)];
        nodes.A = await nodes.RunAsync("Bot", nodes.Settings("a"));
        nodes.B = await nodes.RunAsync("Bot", nodes.Settings("b"));
        return nodes;
    }

    /// <summary>Settings of a process on the same database.</summary>
    public string[] Settings(string node) =>
    [
        "--Urls", "http://127.0.0.1:0", "--Stripe:ApiBase", _stripe.ToString(), "--Stripe:ReadKey", SandboxKeys.Read, "--Stripe:WriteKey", SandboxKeys.Write,
        "--Audit:Node", node, "--Memory:Path", $"./memory-{node}.db", .. _database,
    ];

    /// <param name="person">Null for somebody without a token.</param>
    public static HttpClient Person(Uri node, string? person)
    {
        var http = new HttpClient { BaseAddress = node, Timeout = TimeSpan.FromMinutes(2) };
        if (person is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sandbox-" + person);
        }

        return http;
    }

    public static async Task<JsonObject> ProposeAsync(Uri node, JsonNode invoice, string amount, string requester = "sam")
    {
        using var person = Person(node, requester);
        var answer = await person.AskAsync($"Credit {amount} on invoice {invoice["invoice_number"]}.");
        return answer["proposals"]!.AsArray().ShouldHaveSingleItem((string?)answer["text"])!.AsObject();
    }

    public static async Task<JsonNode> StateAsync(HttpClient person, JsonObject proposal) =>
        JsonNode.Parse(await person.GetStringAsync($"/api/proposals/{proposal["id"]}"))!;

    public async ValueTask DisposeAsync()
    {
        Sandbox?.Dispose();
        foreach (var process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }

        if (_drop is not null)
        {
            await SqlAsync($"drop database {_drop} with (force)");
        }

        Directory.Delete(Folder, recursive: true);
    }

    private static string Server => Environment.GetEnvironmentVariable(Variable)!;

    private async Task<Uri> RunAsync(string project, params string[] settings)
    {
        var (process, address) = await CopilotProcess.StartAsync(project, Folder, settings);
        _processes.Add(process);
        return address;
    }

    private static async Task SqlAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
