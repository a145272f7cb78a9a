using BillingCopilot.Billing;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using BillingCopilot.Unit.Governance.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.Governance;

/// <summary>Erasure of a person: no word about them is left in the database file, and the chain is whole.</summary>
public sealed class ErasureTests
{
    private const string Secret = "Xylophone";

    [Fact]
    public async Task Erase_Customer_LeavesNoWordInTheFileAndTheChainWhole()
    {
        using var bench = await Bench.StartAsync(WithKeys);
        var rejected = await LiveAsync(bench, "cus_1", $"{Secret} asked for it.");
        await WithTicketAsync(bench, "cus_1");
        File.ReadAllText(bench.DatabasePath + "-wal").ShouldContain(Secret);

        var erased = Ok(await EraseAsync(bench, "cus_1"));

        (erased.HadKey, erased.Conversations, erased.Messages, erased.Proposals, erased.Events).ShouldBe((true, 1, 3, 1, 3));
        var view = (await bench.Book.FindAsync(Bench.Tenant, rejected.Id, default))!;
        (view.Status, view.Amount, view.Hash).ShouldBe((ProposalStatus.Rejected, rejected.Amount, rejected.Hash));
        (view.Title, view.CustomerName, view.Reason, view.Changes.Count, view.Approvals.Single().Reason).ShouldBe((SubjectEraser.Gone, SubjectEraser.Gone, SubjectEraser.Gone, 0, null));
        Everything(bench).ShouldNotContain(Secret);
        (await bench.Node.GetRequiredService<AuditVerifier>().VerifyAsync(Bench.Tenant, default)).Whole.ShouldBeTrue();
    }

    [Fact]
    public async Task Erase_Customer_LeavesOthersAlone()
    {
        using var bench = await Bench.StartAsync(WithKeys);
        bench.Far.CustomerOf["in_2"] = "cus_2";
        var other = await LiveAsync(bench, "cus_2", "Beta asked.", "in_2", "conv_2");
        await LiveAsync(bench, "cus_1", "Acme asked.");

        await EraseAsync(bench, "cus_1");

        (await bench.Book.FindAsync(Bench.Tenant, other.Id, default))!.Reason.ShouldBe("Beta asked.");
        await using var db = bench.Open();
        db.Messages.Count(m => m.ConversationId == "conv_2").ShouldBe(1);
    }

    /// <summary>A ticket of theirs and the note on it.</summary>
    private static async Task WithTicketAsync(Bench bench, string customer)
    {
        await using var db = bench.Open();
        db.Tickets.Add(new TicketRow { TenantId = Bench.Tenant.Id, Id = "tkt_1", Number = "N-1", Subject = Secret, Body = Secret, SenderName = Secret, SenderMail = Secret, CustomerId = customer });
        db.Notes.Add(new NoteRow { TenantId = Bench.Tenant.Id, ProposalId = "prop_n", TicketId = "tkt_1", CustomerId = customer, Text = Secret, Author = "sam" });
        await db.SaveChangesAsync();
    }

    [Fact]
    public async Task Erase_SomebodyWhoAsks_TakesTheirQuestionsOut()
    {
        using var bench = await Bench.StartAsync(WithKeys);
        await LiveAsync(bench, "cus_1", $"{Secret} asked for it.");

        Ok(await EraseAsync(bench, "sam")).Conversations.ShouldBe(1);

        await using var db = bench.Open();
        db.Tasks.Single().Input.ShouldNotContain(Secret);
        db.Messages.ShouldBeEmpty();
    }

    [Fact]
    public async Task Erase_OpenMatterOrRunningTask_IsRefusedAndChangesNothing()
    {
        using var bench = await Bench.StartAsync(WithKeys);
        var proposal = await bench.ProposeAsync(r => r with { ConversationId = "conv_1" });
        Refused(await EraseAsync(bench, "cus_1")).Code.ShouldBe("matter_open");
        await bench.Desk.RejectAsync(Bench.Tenant, proposal.Id, bench.Person("frank"), proposal.Hash, "console", null, default);
        await using (var db = bench.Open())
        {
            db.Tasks.Add(TaskOf("conv_1", "running"));
            await db.SaveChangesAsync();
        }

        Refused(await EraseAsync(bench, "cus_1")).Code.ShouldBe("busy");
        (await bench.Book.FindAsync(Bench.Tenant, proposal.Id, default))!.CustomerName.ShouldNotBe(SubjectEraser.Gone);
    }

    [Fact]
    public async Task Erase_ByAnybodyElse_IsRefused()
    {
        using var bench = await Bench.StartAsync(WithKeys);

        var outcome = await bench.Node.GetRequiredService<SubjectEraser>().EraseAsync(Bench.Tenant, "cus_1", bench.Person("frank"), default);

        Refused(outcome).Code.ShouldBe("not_allowed");
    }

    /// <summary>Words in every place that keeps some.</summary>
    private static async Task<ProposalView> LiveAsync(Bench bench, string customer, string words, string invoice = "in_1", string conversation = "conv_1")
    {
        await using (var db = bench.Open())
        {
            var task = TaskOf(conversation, "done");
            (task.Input, task.Answer) = ($"{{\"Text\":\"{words}\"}}", words);
            db.Tasks.Add(task);
            db.StreamEvents.Add(new StreamEventRow { TenantId = Bench.Tenant.Id, TaskId = task.Id, Seq = 1, Name = "answer", Data = words });
            db.Conversations.Add(new ConversationRow { TenantId = Bench.Tenant.Id, Id = conversation, Person = "sam", CreatedAt = bench.Time.GetUtcNow(), UpdatedAt = bench.Time.GetUtcNow() });
            db.Handles.Add(new HandleRow { TenantId = Bench.Tenant.Id, ConversationId = conversation, Handle = "cus1", Kind = "customer", ObjectId = customer });
            db.Handles.Add(new HandleRow { TenantId = Bench.Tenant.Id, ConversationId = conversation, Handle = "mail1", Kind = "mail", ObjectId = words });
            db.Messages.Add(new MessageRow { TenantId = Bench.Tenant.Id, ConversationId = conversation, Seq = 1, TaskId = task.Id, Role = "user", Content = words });
            db.Steps.Add(new StepRow { TenantId = Bench.Tenant.Id, TaskId = task.Id, Kind = "model", Key = "1", RequestHash = "", Content = words });
            db.Inbox.Add(new InboxEventRow { TenantId = Bench.Tenant.Id, Account = "acct_1", EventId = "evt_" + customer, Type = "x", ObjectId = invoice, Payload = $"{{\"customer\":\"{customer}\",\"name\":\"{words}\"}}" });
            await db.SaveChangesAsync();
        }

        await bench.Node.GetRequiredService<AuditContents>().StoreAsync(Bench.Tenant, [customer], words, default);
        var proposal = await bench.ProposeAsync(r => r with
        {
            ConversationId = conversation,
            Reason = words,
            TaskId = "task_" + conversation,
            Arguments = Bench.Arguments(invoice),
            Evidence = new ProposalEvidence([], [new EvidenceQuote("policy", "d", "s", words)], [words], []),
        });
        return Bench.Ok(await bench.Desk.RejectAsync(Bench.Tenant, proposal.Id, bench.Person("frank"), proposal.Hash, "console", words, default));
    }

    private static TaskRow TaskOf(string conversation, string status) => new()
    {
        TenantId = Bench.Tenant.Id,
        Id = "task_" + conversation,
        Kind = "chat",
        Status = status,
        ConversationId = conversation,
        RequestedBy = "sam",
        Input = "{}",
    };

    /// <summary>Every byte that the database keeps, as text.</summary>
    private static string Everything(Bench bench) => string.Concat(Directory.GetFiles(bench.Folder, "copilot.db*").Select(f =>
        {
            using var file = new FileStream(f, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file, System.Text.Encoding.Latin1);
            return reader.ReadToEnd();
        }));

    private static void WithKeys(Bench bench) => bench.Log = new AuditOptions { KeyFolder = Path.Combine(bench.Folder, "keys") };

    private static Task<Outcome<Erasure>> EraseAsync(Bench bench, string subject) =>
        bench.Node.GetRequiredService<SubjectEraser>().EraseAsync(Bench.Tenant, subject, bench.Person("ada"), default);

    private static Erasure Ok(Outcome<Erasure> outcome) => outcome.ShouldBeOfType<Outcome<Erasure>.Ok>().Value;

    private static Refusal Refused(Outcome<Erasure> outcome) => outcome.ShouldBeOfType<Outcome<Erasure>.Refused>().Refusal;
}
