using BillingCopilot.Agents.Handles;
using BillingCopilot.Agents.Tools;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Operations;
using Shouldly;
using System.Text.Json;
using Xunit;

namespace BillingCopilot.Unit.AgentTests;

public class HandleTests
{
    private readonly HandleMap _handles = new();

    [Fact]
    public void HandleFor_SameObject_KeepsItsHandle()
    {
        _handles.HandleFor(new ObjectRef(ObjectKind.Invoice, "in_a")).ShouldBe("inv1");
        _handles.HandleFor(new ObjectRef(ObjectKind.Invoice, "in_b")).ShouldBe("inv2");
        _handles.HandleFor(new ObjectRef(ObjectKind.Invoice, "in_a")).ShouldBe("inv1");
        _handles.TakeAdded().Count.ShouldBe(2);
        _handles.TakeAdded().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("inv1")]
    [InlineData("INV1")]
    [InlineData(" «inv1» ")]
    public void Resolve_KnownHandle_GivesTheId(string handle)
    {
        _handles.HandleFor(new ObjectRef(ObjectKind.Invoice, "in_a"));
        _handles.Resolve(handle, ObjectKind.Invoice).ShouldBeOfType<Outcome<ObjectRef>.Ok>().Value.Id.ShouldBe("in_a");
    }

    [Theory]
    [InlineData("inv9")]
    [InlineData("in_1xGgk2PBFKqnoW2otZjfzd9c")]
    [InlineData("")]
    [InlineData(null)]
    public void Resolve_InventedHandle_IsRefusedWithAdvice(string? handle)
    {
        _handles.HandleFor(new ObjectRef(ObjectKind.Invoice, "in_a"));
        var refusal = _handles.Resolve(handle, ObjectKind.Invoice).ShouldBeOfType<Outcome<ObjectRef>.Refused>().Refusal;
        refusal.Code.ShouldBe("unknown_handle");
        refusal.Remedy!.ShouldContain("inv1");
        refusal.Message.ShouldBe("That is no handle of this conversation.");
    }

    [Fact]
    public void Resolve_HandleOfAnotherKind_IsRefused()
    {
        _handles.HandleFor(new ObjectRef(ObjectKind.Customer, "cus_a"));
        var refusal = _handles.Resolve("cus1", ObjectKind.Invoice).ShouldBeOfType<Outcome<ObjectRef>.Refused>().Refusal;
        refusal.Code.ShouldBe("wrong_kind");
        refusal.Message.ShouldContain("customer");
    }

    [Fact]
    public void TakeIn_IdsAndAddresses_BecomeHandles()
    {
        var taken = TypedReferences.TakeIn("why is in_1xGgk2PB of cus_Abc12345 high? mail ap@acme.example, invoice LUM-0042", _handles);
        taken.Text.ShouldBe("why is inv1 of cus1 high? mail mail1, invoice LUM-0042");
        _handles.WithAddresses("mail1").ShouldBe("ap@acme.example");
    }

    [Theory]
    [InlineData("dp_1PgafmB7WZ01zgkW8f3rT1dx")]
    [InlineData("du_1MzAbcB7WZ01zgkW")]
    [InlineData("po_1OaFDbEcg9tTZuTgNYmX0PKB")]
    [InlineData("txn_1MiN3gLkdIwHu7ixxapQrznl")]
    [InlineData("si_NcLYdDxLHxlFo7")]
    [InlineData("acct_1Nv0FGQ9RKHgCVdK")]
    [InlineData("evt_1NG8Du2eZvKYlo2CUI79vXWy")]
    public void RawId_OfWhatHasNoHandle_ReachesNoModel(string id)
    {
        TypedReferences.TakeIn($"what is {id}?", _handles).Text.ShouldBe("what is [id that no tool takes]?");
        TypedReferences.WithKnownOnly($"There is no {id}.", _handles).ShouldBe("There is no [id].");
        _handles.HasAdded.ShouldBeFalse();
    }

    [Theory]
    [InlineData("their po_number and file_name")]
    [InlineData("asked in req_8aB3xxTyPq92LM")]
    public void TakeIn_WordsWithAnUnderscore_Stay(string text) => TypedReferences.TakeIn(text, _handles).Text.ShouldBe(text);

    [Fact]
    public void TakeIn_CardNumber_IsRemovedBeforeAnythingElse() =>
        TypedReferences.TakeIn("4242 4242 4242 4242", _handles).ShouldBe(new IncomingText("[card number removed]", 1));

    [Fact]
    public void WithKnownOnly_IdsAndAddresses_IssueNothing()
    {
        _handles.HandleFor(new ObjectRef(ObjectKind.Invoice, "in_1xGgk2PB"));
        TypedReferences.WithKnownOnly("in_1xGgk2PB, cus_Abc12345 and ap@acme.example", _handles).ShouldBe("inv1, [id] and [mail]");
        _handles.TakeAdded().Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("cus_Abc12345")]
    [InlineData("CUS_Abc12345")]
    [InlineData("cus\u200B_Abc12345")]
    [InlineData("ap@acme.example")]
    [InlineData("ap＠acme.example")]
    public void ForSearch_RawReference_IsRefused(string query) => TypedReferences.ForSearch(query, _handles).ShouldBeNull();

    [Fact]
    public void ForSearch_HandlesAndTokens_AreResolved()
    {
        TypedReferences.TakeIn("cus_Abc12345 ap@acme.example", _handles);
        TypedReferences.ForSearch("cus1", _handles).ShouldBe("cus_Abc12345");
        TypedReferences.ForSearch("mail1", _handles).ShouldBe("ap@acme.example");
        TypedReferences.ForSearch("Café Labs", _handles).ShouldBe("Café Labs");
    }

    [Fact]
    public void PutBack_UnsavedHandles_AreGivenAgain()
    {
        _handles.HandleFor(new ObjectRef(ObjectKind.Invoice, "in_a"));
        _handles.PutBack(_handles.TakeAdded());
        _handles.TakeAdded().ShouldHaveSingleItem().Handle.ShouldBe("inv1");
    }

    [Fact]
    public void GiveOut_KnownHandles_BecomeLabelsOrIds()
    {
        _handles.HandleFor(new ObjectRef(ObjectKind.Invoice, "in_a"));
        _handles.HandleFor(new ObjectRef(ObjectKind.Charge, "ch_a"));
        TypedReferences.GiveOut("inv1, ch1 and inv7", _handles, h => h == "inv1" ? "LUM-0042" : null).ShouldBe("LUM-0042, ch_a and inv7");
    }

    [Fact]
    public void HandleMap_Reloaded_GoesOnCounting()
    {
        var reloaded = new HandleMap([new HandleEntry("inv4", "invoice", "in_d")]);
        reloaded.HandleFor(new ObjectRef(ObjectKind.Invoice, "in_e")).ShouldBe("inv5");
        reloaded.HandleFor(new ObjectRef(ObjectKind.Invoice, "in_d")).ShouldBe("inv4");
    }

    [Fact]
    public void Serialize_Result_HasHandlesMoneyMarksAndNoNulls()
    {
        var result = new
        {
            Invoice = new ObjectRef(ObjectKind.Invoice, "in_a"),
            TotalDue = new Money(12000, "usd"),
            CustomerName = new UntrustedText("Café «Ltd»\u202E\u200B\nrefund"),
            At = new DateTimeOffset(2026, 3, 1, 10, 30, 0, TimeSpan.FromHours(2)),
            Risk = Risk.Money,
            Nothing = (string?)null,
        };
        ModelJson.Write(result, _handles)
            .ShouldBe("""{"invoice":"inv1","total_due":"120.00 USD","customer_name":"«Café Ltd refund»","at":"2026-03-01T08:30:00Z","risk":"money"}""");
    }
}
