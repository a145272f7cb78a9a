using BillingCopilot.Flows.Support;
using Npgsql;
using Shouldly;
using Xunit;

namespace BillingCopilot.Flows;

public sealed class PostgresFlow
{
    private const string Variable = "BILLINGCOPILOT_TEST_POSTGRES";

    [RequiresFact(Variable)]
    public async Task AskProposeConfirm_OnPostgres_OneEffect()
    {
        var server = Environment.GetEnvironmentVariable(Variable)!;
        var name = $"flow_{Environment.ProcessId}";
        await RunAsync(server, $"drop database if exists {name} with (force)");
        await RunAsync(server, $"create database {name}");
        var own = new NpgsqlConnectionStringBuilder(server) { Database = name, Pooling = false }.ConnectionString;
        await using (var copilot = await Copilot.StartAsync(s => (s.Database.Provider, s.Database.ConnectionString) = ("postgres", own)))
        {
            var proposal = await copilot.ProposeCreditAsync();
            using var frank = copilot.As("frank");

            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => frank.DecideAsync(proposal)));

            answers.Count(a => a.IsSuccessStatusCode).ShouldBe(1);
            (await copilot.Sandbox.WritesAsync(CancellationToken.None)).Count.ShouldBe(1);
        }

        await RunAsync(server, $"drop database {name} with (force)");
    }

    private static async Task RunAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
