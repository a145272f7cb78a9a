using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Bot.Api;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.People;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Bot.Cli;

/// <summary><c>audit verify|export|erase|prune</c>: the chains of everything that was asked, proposed, decided and done.</summary>
internal static class AuditCommand
{
    private const int Page = 1000;

    public static Command Create(Dictionary<string, string?> given)
    {
        var verify = new Command("verify", "Check the chains and their anchors; names the first entry that was changed, removed or reordered, and what no check would see.");
        verify.SetAction((parsed, stop) => RunAsync(given, parsed, VerifyAsync, stop));

        var contents = new Option<bool>("--contents") { Description = "Add the redacted prompts and answers, decrypted. Needs an admin." };
        var reader = CliPerson.Option("ada");
        var export = new Command("export", "Write every entry as a JSON line.") { contents, reader };
        export.SetAction((parsed, stop) => RunAsync(given, parsed, (host, tenant, token) => ExportAsync(host, tenant, parsed.GetValue(contents) ? parsed.GetValue(reader) : null, token), stop));

        var subject = new Argument<string>("subject") { Description = "Customer id, or a person's id." };
        var eraser = CliPerson.Option("ada");
        var erase = new Command("erase", "Drop a subject's key, and take their words out of conversations, journals, proposals and kept events. The chains stay whole.") { subject, eraser };
        erase.SetAction((parsed, stop) => RunAsync(given, parsed, (host, tenant, token) => EraseAsync(host, tenant, parsed.GetValue(subject)!, parsed.GetValue(eraser)!, token), stop));

        var pruner = CliPerson.Option("ada");
        var prune = new Command("prune", "Delete encrypted prompts and answers older than Audit:ContentDays now. Needs an admin.") { pruner };
        prune.SetAction((parsed, stop) => RunAsync(given, parsed, async (host, tenant, token) =>
        {
            var person = RequireAdmin(host, parsed.GetValue(pruner)!);
            Console.WriteLine($"{await host.Services.GetRequiredService<AuditContents>().PruneAsync(tenant, person, token)} deleted.");
            return CommandLine.Done;
        }, stop));
        return new Command("audit", "The audit log.") { verify, export, erase, prune }.OfTenant();
    }

    private static async Task<int> VerifyAsync(CliHost host, TenantContext tenant, CancellationToken cancellationToken)
    {
        var report = await host.Services.GetRequiredService<AuditVerifier>().VerifyAsync(tenant, cancellationToken);
        foreach (var chain in report.Chains)
        {
            var found = chain.Result;
            Console.WriteLine(found.Whole
                ? $"The audit chain of node {chain.Node} is whole: {found.Count} entries, head {found.Head?.Hash ?? "none"}, anchored up to {chain.Anchored}."
                : $"Node {chain.Node}, entry {found.BadSeq}: {found.Why}");
        }

        if (report.AnchorFault is { } fault)
        {
            Console.WriteLine($"Anchors: {fault}.");
        }

        foreach (var unseen in report.Unseen)
        {
            Console.WriteLine($"Not covered: {unseen}");
        }

        return report.Whole ? CommandLine.Done : CommandLine.Failed;
    }

    private static async Task<int> ExportAsync(CliHost host, TenantContext tenant, string? reader, CancellationToken cancellationToken)
    {
        if (reader is not null)
        {
            RequireAdmin(host, reader);
        }

        var log = host.Services.GetRequiredService<AuditLog>();
        foreach (var node in await log.NodesAsync(tenant, cancellationToken))
        {
            for (var last = 0L; await log.ReadAsync(tenant, last, Page, cancellationToken, node) is { Count: > 0 } page; last = page[^1].Seq)
            {
                foreach (var entry in page)
                {
                    Console.WriteLine(await LineAsync(host, tenant, entry, reader is not null, cancellationToken));
                }
            }
        }

        return CommandLine.Done;
    }

    private static async Task<string> LineAsync(CliHost host, TenantContext tenant, AuditRow entry, bool withContent, CancellationToken cancellationToken)
    {
        var line = JsonSerializer.SerializeToNode(entry, ApiJson.Options)!.AsObject();
        if (withContent && (string?)JsonNode.Parse(entry.Details)?["content"] is { } id)
        {
            var text = await host.Services.GetRequiredService<AuditContents>().ReadAsync(tenant, id, cancellationToken);
            line["content"] = text is null ? "erased" : JsonNode.Parse(text);
        }

        return line.ToJsonString(ApiJson.Options);
    }

    private static async Task<int> EraseAsync(CliHost host, TenantContext tenant, string subject, string personId, CancellationToken cancellationToken)
    {
        var person = RequireAdmin(host, personId);
        if (!(await host.Services.GetRequiredService<SubjectEraser>().EraseAsync(tenant, subject, person, cancellationToken)).TryGet(out var erased, out var refusal))
        {
            await Console.Error.WriteLineAsync(refusal.ToString());
            return CommandLine.Failed;
        }

        Console.WriteLine(
            $"{(erased.HadKey ? $"The key of {subject} is gone; nothing under it can be read again" : $"There was no key of {subject}")}. "
            + $"Words taken out of {erased.Conversations} conversations ({erased.Messages} messages and steps), {erased.Proposals} proposals and {erased.Events} kept events."
            + (erased.Expired > 0 ? $" {erased.Expired} open proposals expired." : "")
            + (erased.LogHeld ? " Another process reads the file of keys, whose log holds the dropped key until it is emptied: a running server does so within the hour; or end that process and erase again." : ""));
        return CommandLine.Done;
    }

    private static Person RequireAdmin(CliHost host, string id) => CliPerson.Find(host, id, "audit") is var person && person.Roles.Contains(Roles.Admin)
        ? person
        : throw new SettingsException($"--as '{id}' is no admin. Only admins read, erase or delete people's words.");

    private static async Task<int> RunAsync(Dictionary<string, string?> given, ParseResult parsed, Func<CliHost, TenantContext, CancellationToken, Task<int>> run, CancellationToken cancellationToken)
    {
        await using var host = await CopilotHost.StartAsync(SettingsLoader.Load(given), new HostShape(Listen: false, Keep: true, Quiet: true), TimeProvider.System, cancellationToken);
        var on = host.For(parsed);
        return await run(on, on.Tenant.Context, cancellationToken);
    }
}
