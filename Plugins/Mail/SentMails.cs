using BillingCopilot.Governance.Operations;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.EntityFrameworkCore;
using MimeKit;

namespace BillingCopilot.Plugins.Mail;

/// <summary>What is known of a grant's mail.</summary>
internal abstract record MailState
{
    /// <summary>It certainly was not handed over.</summary>
    public sealed record NotSent : MailState;

    public sealed record Sent(DateTimeOffset At) : MailState;

    /// <summary>Another node was about to; whether it did is in that node's outbox alone.</summary>
    public sealed record InDoubt(string LookAt) : MailState;
}

/// <summary>
/// Which mails were handed over. The files of this node's outbox say it of its own; of other nodes' the database does, which
/// is told right before a mail appears and right after.
/// </summary>
public sealed class SentMails
{
    private readonly MailOptions _options;
    private readonly CopilotDbFactory? _databases;
    private readonly string _here;

    /// <param name="databases">Null where there is one node and no database: then the files alone say it.</param>
    internal SentMails(MailOptions options, CopilotDbFactory? databases) =>
        (_options, _databases, _here) = (options, databases, $"{Environment.MachineName}:{Path.GetFullPath(options.Outbox)}");

    /// <summary>Where the mail of a grant is, or would be, on this node.</summary>
    internal string PathOf(WriteGrant grant) =>
        Path.Combine(_options.Outbox, string.Concat(grant.ProposalId.Where(c => char.IsLetterOrDigit(c) || c is '_' or '-')) + ".eml");

    /// <summary>The mail while it is being written: its name says that it has not appeared.</summary>
    internal string UnfinishedPathOf(WriteGrant grant) => PathOf(grant) + ".part";

    internal async Task<MailState> FindAsync(WriteGrant grant, CancellationToken cancellationToken)
    {
        if (File.Exists(PathOf(grant)))
        {
            // By its own date: a mark made later says the same day.
            using var message = await MimeMessage.LoadAsync(PathOf(grant), cancellationToken);
            return new MailState.Sent(message.Date);
        }

        if (_databases is null)
        {
            return new MailState.NotSent();
        }

        await using var db = _databases.Open(grant.Tenant);
        return await db.Mails.AsNoTracking().SingleOrDefaultAsync(m => m.ProposalId == grant.ProposalId, cancellationToken) switch
        {
            null => new MailState.NotSent(),
            { SentAt: { } at } => new MailState.Sent(at),
            { Outbox: var outbox } when outbox == _here && File.Exists(UnfinishedPathOf(grant)) => new MailState.NotSent(),
            { Outbox: var outbox } => new MailState.InDoubt($"Look whether {Path.GetFileName(PathOf(grant))} is in the outbox {outbox}: it was about to be written there."),
        };
    }

    /// <summary>Writes down that the mail is about to appear here. False when another node wrote that first.</summary>
    internal async Task<bool> BeginAsync(WriteGrant grant, CancellationToken cancellationToken)
    {
        if (_databases is null)
        {
            return true;
        }

        await using var db = _databases.Open(grant.Tenant);
        db.Mails.Add(new MailRow { TenantId = grant.Tenant.Id, ProposalId = grant.ProposalId, Outbox = _here });
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException e) when (db.IsDuplicate(e))
        {
            return await db.Mails.AnyAsync(m => m.ProposalId == grant.ProposalId && m.Outbox == _here && m.SentAt == null, cancellationToken);
        }
    }

    /// <summary>Writes down that it has appeared.</summary>
    internal Task EndAsync(WriteGrant grant, DateTimeOffset at) =>
        OwnAsync(grant, mine => mine.ExecuteUpdateAsync(m => m.SetProperty(r => r.SentAt, at), CancellationToken.None));

    /// <summary>Takes back that it was about to: it was held back.</summary>
    internal Task TakeBackAsync(WriteGrant grant) => OwnAsync(grant, mine => mine.ExecuteDeleteAsync(CancellationToken.None));

    private async Task OwnAsync(WriteGrant grant, Func<IQueryable<MailRow>, Task> change)
    {
        if (_databases is not null)
        {
            await using var db = _databases.Open(grant.Tenant);
            await change(db.Mails.Where(m => m.ProposalId == grant.ProposalId && m.Outbox == _here && m.SentAt == null));
        }
    }
}
