;; -*- lexical-binding: t -*-
;; What somebody does in Emacs with the project of editors.test.ts: looks, repairs, turns a rule off. Ends with 1, and
;; says why, where something does not happen within two minutes.
(setq make-backup-files nil
      eglot-confirm-server-initiated-edits nil
      ;; Menus are asked for by keys.
      last-nonmenu-event ?a)

(defun codes ()
  (mapconcat #'identity
             (sort (mapcar (lambda (each) (plist-get (alist-get 'eglot-lsp-diag (flymake-diagnostic-data each)) :code))
                           (flymake-diagnostics))
                   #'string<)
             " "))

(defun await (what condition)
  (let ((end (+ (float-time) 120)))
    (while (and (not (funcall condition)) (< (float-time) end))
      (accept-process-output nil 0.05))
    (unless (funcall condition)
      (princ (format "not done: %s; shown: %s\n" what (codes)))
      (kill-emacs 1))))

(defun shows (expected)
  (await (format "to show %S" expected) (lambda () (equal (codes) expected))))

(defun choose (line column title)
  (goto-char (point-min))
  (forward-line (1- line))
  (forward-char column)
  (cl-letf (((symbol-function 'completing-read)
             (lambda (_prompt items &rest _)
               (unless (assoc title items)
                 (princ (format "not offered: %s\n" title))
                 (kill-emacs 1))
               title))
            ((symbol-function 'y-or-n-p) (lambda (&rest _) t)))
    (eglot-code-actions (point) (1+ (point)) nil t)))

(find-file "train.py")
;; Eglot starts when a command is done, and there are no commands here.
(run-hooks 'post-command-hook)
(await "to attach" #'eglot-current-server)
(flymake-start)
(shows "cudnn-benchmark incomplete-seeding")
(choose 7 35 "Set `benchmark` to `False`")
(await "the repair" (lambda () (string-match-p "benchmark = False" (buffer-string))))
(save-buffer)
(shows "incomplete-seeding")
(choose 8 8 "Turn `incomplete-seeding` off in `pyproject.toml`")
(save-some-buffers t)
(princ "done\n")
(kill-emacs 0)
