using BillingCopilot.Billing;
using BillingCopilot.Governance.Audit;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Proposals;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using BillingCopilot.Unit.Governance.Fakes;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
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

    /// <summary>The words go all the same; what is left of the key goes as soon as nobody reads the file.</summary>
    [Fact]
    public async Task Erase_WhileAnotherProcessReadsTheKeys_IsDone_AndTheirLogIsEmptiedLater()
    {
        using var bench = await Bench.StartAsync(WithKeys);
        await LiveAsync(bench, "cus_1", $"{Secret} asked for it.");
        var file = Path.Combine(bench.Log.KeyFolder!, "subject-keys.db");
        await using var another = new SqliteConnection($"Data Source={file}");
        await another.OpenAsync();
        await using var reading = another.BeginTransaction(deferred: true);
        await using var read = another.CreateCommand();
        read.CommandText = "SELECT count(*) FROM subject_keys";
        await read.ExecuteScalarAsync();

        Ok(await EraseAsync(bench, "cus_1")).LogHeld.ShouldBeTrue();

        Everything(bench).ShouldNotContain(Secret);
        var keys = bench.Node.GetRequiredService<SubjectKeys>();
        (await keys.EmptyLogAsync(default)).ShouldBeFalse();
        await reading.RollbackAsync();
        (await keys.EmptyLogAsync(default)).ShouldBeTrue();
        new FileInfo(file + "-wal").Length.ShouldBe(0);
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
        db.CrmAccounts.Add(new CrmAccountRow { TenantId = Bench.Tenant.Id, CustomerId = customer, Owner = Secret, Segment = Secret, Tier = Secret });
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
    public async Task Erase_OpenProposals_ExpireWithTheReason_AndCantBeCarriedOut()
    {
        using var bench = await Bench.StartAsync(WithKeys);
        var pending = await bench.ProposeAsync(r => r with { ConversationId = "conv_1" });
        var approved = await bench.ApprovedAsync(r => r with { ConversationId = "conv_1", TaskId = "task_2", Arguments = Bench.Arguments(amount: "50.00 USD") });

        Ok(await EraseAsync(bench, "cus_1")).Expired.ShouldBe(2);

        foreach (var id in new[] { pending.Id, approved.Id })
        {
            var ended = (await bench.Book.FindAsync(Bench.Tenant, id, default))!;
            (ended.Status, ended.ResultText).ShouldBe((ProposalStatus.Expired, "Ended: the data of the person it is about were erased."));
            (await bench.Audit.ReadAboutAsync(Bench.Tenant, id, default))[^1].Details.ShouldBe("""{"why":"subject_erased"}""");
            (await bench.ExecuteAsync(ended)).Status.ShouldBe(ProposalStatus.Expired);
        }

        bench.Far.Effects.ShouldBeEmpty();
    }

    [Fact]
    public async Task Erase_UncertainEffectOrRunningTask_IsRefusedAndChangesNothing()
    {
        using var bench = await Bench.StartAsync(WithKeys);
        var proposal = await bench.ApprovedAsync(r => r with { ConversationId = "conv_1" });
        await SetStatusAsync(bench, proposal.Id, "needs_reconcile");
        Refused(await EraseAsync(bench, "cus_1")).Code.ShouldBe("effect_uncertain");
        await SetStatusAsync(bench, proposal.Id, "executed");
        await using (var db = bench.Open())
        {
            db.Tasks.Add(TaskOf("conv_1", "running"));
            await db.SaveChangesAsync();
        }

        Refused(await EraseAsync(bench, "cus_1")).Code.ShouldBe("busy");
        (await bench.Book.FindAsync(Bench.Tenant, proposal.Id, default))!.CustomerName.ShouldNotBe(SubjectEraser.Gone);
    }

    [Fact]
    public async Task Erase_ThenACopyOfTheDatabaseFromBefore_ReadsNothingAndIsErasedAgain()
    {
        using var bench = await Bench.StartAsync(WithKeys);
        await LiveAsync(bench, "cus_1", $"{Secret} asked for it.");
        var contents = bench.Node.GetRequiredService<AuditContents>();
        var (said, _) = (await contents.StoreAsync(Bench.Tenant, [AuditContents.KeyOfConversation("conv_1")], $"{Secret} before anybody was looked up.", default))!.Value;
        var copy = await CopyAsync(bench);
        await EraseAsync(bench, "cus_1");

        await RestoreAsync(bench, copy);

        Everything(bench).ShouldContain(Secret);
        await using (var db = bench.Open())
        {
            foreach (var kept in db.AuditContents.Select(c => c.Id).ToList())
            {
                (await bench.Node.GetRequiredService<AuditContents>().ReadAsync(Bench.Tenant, kept, default)).ShouldBeNull(kept == said ? "of the conversation" : "of the customer");
            }
        }

        (await bench.Node.GetRequiredService<SubjectEraser>().EraseAgainAsync(Bench.Tenant, default)).ShouldBe((1, null));
        Everything(bench).ShouldNotContain(Secret);
        (await bench.Node.GetRequiredService<SubjectEraser>().EraseAgainAsync(Bench.Tenant, default)).ShouldBe((0, null));
        (await bench.Node.GetRequiredService<AuditVerifier>().VerifyAsync(Bench.Tenant, default)).Chains.Single().Result.Whole.ShouldBeTrue();
    }

    [Fact]
    public async Task Erase_TicketOnlyLookedAt_StaysAndNotedOneGoes()
    {
        using var bench = await Bench.StartAsync(WithKeys);
        await LiveAsync(bench, "cus_1", "Acme asked.");
        await using (var db = bench.Open())
        {
            foreach (var id in new[] { "tkt_seen", "tkt_noted" })
            {
                db.Tickets.Add(new TicketRow { TenantId = Bench.Tenant.Id, Id = id, Number = id, Subject = Secret, Body = Secret, SenderName = Secret, SenderMail = Secret });
                db.Handles.Add(new HandleRow { TenantId = Bench.Tenant.Id, ConversationId = "conv_1", Handle = id, Kind = "ticket", ObjectId = id });
            }

            db.Notes.Add(new NoteRow { TenantId = Bench.Tenant.Id, ProposalId = "prop_n", TicketId = "tkt_noted", CustomerId = "cus_1", Text = Secret, Author = "sam" });
            await db.SaveChangesAsync();
        }

        await EraseAsync(bench, "cus_1");

        await using var after = bench.Open();
        after.Tickets.Single(t => t.Id == "tkt_seen").Body.ShouldBe(Secret);
        after.Tickets.Single(t => t.Id == "tkt_noted").Body.ShouldBe(SubjectEraser.Gone);
    }

    [Fact]
    public async Task Contents_NodeWithOtherKeys_KeepsNothing_AndErasesNothing()
    {
        using var bench = await Bench.StartAsync(WithKeys);
        await bench.Node.GetRequiredService<AuditContents>().StoreAsync(Bench.Tenant, ["cus_1"], "Words.", default);
        bench.Log = new AuditOptions { KeyFolder = Path.Combine(bench.Folder, "other") };
        bench.Restart();

        (await bench.Node.GetRequiredService<AuditContents>().StoreAsync(Bench.Tenant, ["cus_1"], "Words.", default)).ShouldBeNull();
        Refused(await EraseAsync(bench, "cus_1")).Code.ShouldBe("keys_elsewhere");
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

    private static async Task SetStatusAsync(Bench bench, string id, string status)
    {
        await using var db = bench.Open();
        await db.Proposals.Where(p => p.Id == id).ExecuteUpdateAsync(p => p.SetProperty(r => r.Status, status));
    }

    /// <summary>A copy of the database as an operator's backup makes it.</summary>
    private static async Task<string> CopyAsync(Bench bench)
    {
        var copy = Path.Combine(bench.Folder, "backup.db");
        await using var db = bench.Open();
        await db.Database.ExecuteSqlAsync($"VACUUM INTO {copy}");
        return copy;
    }

    private static async Task RestoreAsync(Bench bench, string copy)
    {
        await bench.Node.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(bench.Folder, "copilot.db*"))
        {
            File.Delete(file);
        }

        File.Copy(copy, bench.DatabasePath);
        bench.Restart();
    }

    private static void WithKeys(Bench bench) => bench.Log = new AuditOptions { KeyFolder = Path.Combine(bench.Folder, "keys") };

    private static Task<Outcome<Erasure>> EraseAsync(Bench bench, string subject) =>
        bench.Node.GetRequiredService<SubjectEraser>().EraseAsync(Bench.Tenant, subject, bench.Person("ada"), default);

    private static Erasure Ok(Outcome<Erasure> outcome) => outcome.ShouldBeOfType<Outcome<Erasure>.Ok>().Value;

    private static Refusal Refused(Outcome<Erasure> outcome) => outcome.ShouldBeOfType<Outcome<Erasure>.Refused>().Refusal;
}
