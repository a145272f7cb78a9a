using System.Globalization;
using BillingCopilot.Sandbox;

if (!CommandLine.TryRead(args, out var options, out var documents, out var problem))
{
    await Console.Error.WriteLineAsync(problem);
    return 2;
}

try
{
    await using var server = await SandboxServer.StartAsync(options, TimeProvider.System);
    if (documents is not null)
    {
        await CommandLine.WriteDocumentsAsync(server.World, documents);
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
        Sandbox of Stripe's API: {server.BaseAddress}
          world {options.World}, seed {options.Seed}, size {options.Size}; account {server.World.Account.AccountId}
          read key   {SandboxKeys.Read}
          write key  {SandboxKeys.Write}
          admin key  {SandboxKeys.Admin}
        Webhooks: POST {server.BaseAddress}v1/webhook_endpoints with url and enabled_events[]; the answer holds the signing secret.
        Control:  {server.BaseAddress}_sandbox/info, /truth, /ledger, /clock, /faults, /emit
        Ctrl+C stops it.
        """));
    await server.WaitForShutdownAsync();
    return 0;
}
catch (SandboxStartException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 2;
}
