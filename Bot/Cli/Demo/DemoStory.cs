using System.Text.Json.Nodes;
using BillingCopilot.Bot.Cli.Eval;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Governance.Audit;
using Spectre.Console;

namespace BillingCopilot.Bot.Cli.Demo;

/// <summary>
/// A question answered with receipts, a credit approved and carried out, a failed payment that arrives by webhook
/// and becomes a mail, and the audit trail. Over HTTP from end to end, against a sandbox of its own.
/// </summary>
internal sealed class DemoStory(ScenarioStage stage, DemoPrinter print)
{
    public static async Task<int> RunAsync(CopilotSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            await using var stage = await ScenarioStage.OpenAsync(settings, settings.Sandbox.World, settings.Sandbox.Seed, cancellationToken);
            await new DemoStory(stage, new DemoPrinter(AnsiConsole.Console)).TellAsync(cancellationToken);
            return CommandLine.Done;
        }
        catch (DemoException e)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]The demo stopped:[/] {e.Message}");
            return CommandLine.Failed;
        }
    }

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        var truth = await stage.Sandbox.TruthAsync(cancellationToken);
        print.Opening(stage.Host.Settings, stage.Host.Address);
        await CreditAsync(Rise(truth), cancellationToken);
        await DunningAsync(truth["failed_invoices"]!.AsArray()[0]!.AsObject(), cancellationToken);
        await AuditAsync(cancellationToken);
        print.Closing();
    }

    /// <summary>The first customer whose still open invoice rose: a credit then lowers what is due.</summary>
    private static JsonObject Rise(JsonObject truth) =>
        truth["invoice_increases"]!.AsArray().Select(n => n!.AsObject()).FirstOrDefault(n => (string?)n["status"] == "open")
        ?? throw new DemoException("This world has no open invoice that rose. Try another --Sandbox:Seed.");

    private async Task CreditAsync(JsonObject rise, CancellationToken cancellationToken)
    {
        print.Chapter("1. A support agent asks");
        using var sam = new ChatClient(stage.Host.Address, "sam");
        var why = await AskAsync(sam, $"Why did {rise["customer_name"]}'s last invoice go up?", null, cancellationToken);
        Expect(why["receipts"]!.AsArray().Count > 0 && why["unverified"]!.AsArray().Count == 0, "the answer carries no receipts, or a figure without one");
        print.Receipts(why);

        print.Chapter("2. The credit is proposed, not made");
        var credit = await AskAsync(sam, "Yes, credit the difference", (string?)why["conversation_id"], cancellationToken);
        var proposal = Single(credit["proposals"]!.AsArray(), "issue_credit_note");
        Expect((long?)proposal["amount"]?["amount"] == (long?)rise["difference"], "the proposed amount is not the difference");
        Expect((await stage.Sandbox.WritesAsync(cancellationToken)).Count == 0, "something was written before the approval");
        print.Proposal(proposal);

        print.Chapter("3. Finance confirms, the executor acts");
        using var frank = new ChatClient(stage.Host.Address, "frank");
        var done = await frank.ApproveAsync(proposal, cancellationToken);
        print.Decision("frank", done);
        Expect((string?)done["status"] == "executed", $"the credit ended as {done["status"]}: {done["result_text"]}");
        var writes = await stage.Sandbox.WritesAsync(cancellationToken);
        Expect(writes.Count(w => (string?)w["effect"] == "credit_note.created") == 1, "the ledger does not hold exactly one credit note");
        print.Ledger(writes);
    }

    private async Task DunningAsync(JsonObject failed, CancellationToken cancellationToken)
    {
        print.Chapter("4. A signed webhook arrives: a payment failed");
        var emitted = await stage.Sandbox.EmitAsync("invoice.payment_failed", (string)failed["invoice"]!, cancellationToken);
        var answer = await EventTask.WaitAsync(stage.Host.Services, stage.Host.Tenants.Default.Context, (string)emitted["id"]!, cancellationToken)
            ?? throw new DemoException("no playbook took the webhook up.");
        print.Said(answer.Agent, answer.Text);

        using var olivia = new ChatClient(stage.Host.Address, "olivia");
        var proposal = Single(await olivia.ProposalsAsync("pending", cancellationToken), "send_dunning_email");
        Expect(FinalChecks.Mails(stage).Count == 0, "a mail was written before the approval");
        print.Proposal(proposal);
        var done = await olivia.ApproveAsync(proposal, cancellationToken);
        print.Decision("olivia", done);
        Expect((string?)done["status"] == "executed", $"the mail ended as {done["status"]}: {done["result_text"]}");
        var mails = FinalChecks.Mails(stage);
        Expect(mails.Count == 1, $"the outbox holds {mails.Count} mails");
        print.Mail(mails[0]);
    }

    private async Task AuditAsync(CancellationToken cancellationToken)
    {
        print.Chapter("5. The audit trail");
        var log = stage.Host.Services.GetRequiredService<AuditLog>();
        var tenant = stage.Host.Tenants.Default.Context;
        var entries = await log.ReadAsync(tenant, 0, 1000, cancellationToken);
        Expect(entries.Count > 0, "the audit log is empty");
        Expect((await log.VerifyAsync(tenant, cancellationToken)).Whole, "the audit chain is broken");
        print.Audit([.. entries.Where(e => !e.Kind.StartsWith("prompt.", StringComparison.Ordinal) && !e.Kind.StartsWith("model.", StringComparison.Ordinal) && !e.Kind.StartsWith("tool.", StringComparison.Ordinal))]);
    }

    private async Task<JsonObject> AskAsync(ChatClient person, string text, string? conversation, CancellationToken cancellationToken)
    {
        print.Asked(person.Person, text);
        var answer = await person.AskAsync(text, conversation, print.Progress, cancellationToken);
        print.Said((string)answer["agent"]!, (string)answer["text"]!);
        return answer;
    }

    private static JsonObject Single(JsonArray proposals, string operation)
    {
        var matching = proposals.Select(p => p!.AsObject()).Where(p => (string?)p["operation"] == operation).ToList();
        return matching.Count == 1 ? matching[0] : throw new DemoException($"{matching.Count} proposals of {operation} are there, not one.");
    }

    private static void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new DemoException(otherwise + ".");
        }
    }
}
